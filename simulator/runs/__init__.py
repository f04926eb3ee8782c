"""Runs of scenarios: whether one fits, how it is played, and what came of it."""
