"""What there is before anybody calls: made up from a seed, or a user's own."""
