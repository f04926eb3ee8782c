"""Dígitro's contract: its commands and its event channel, as data, and the rules that data cannot say."""
