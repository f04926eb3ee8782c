"""Load: Locust files that play whole call sequences against a server on this machine. They speak HTTP, and are imported by nobody."""
