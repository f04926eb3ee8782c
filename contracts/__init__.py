"""What the vendors promise, as data, and the one check that judges every exchange by it.

A leaf: it imports nothing else of this project.
"""
