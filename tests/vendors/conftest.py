"""Keeps pytest out of the toy vendor's files: they are laid beside the others' by ``test_toy_vendor.py``."""

collect_ignore = ["toy_vendor"]
