"""What answers: a request on its way through a vendor's contract to its handler."""
