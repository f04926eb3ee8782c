"""Load: Locust files that play whole call sequences against a server on this machine, and what they share."""
