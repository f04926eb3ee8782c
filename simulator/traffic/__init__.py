"""Calls that come by chance, by the hours of a day or as recorded, and what is counted of them."""
