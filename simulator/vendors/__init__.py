"""The vendors: one folder each, found by being there."""
