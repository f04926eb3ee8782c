"""The Campainha contract."""
