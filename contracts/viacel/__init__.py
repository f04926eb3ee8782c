"""Viacel's contract: what its one address takes and answers, as data, and the rules that data cannot say."""
