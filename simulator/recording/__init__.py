"""A session becomes a scenario, and an exchange is sent again."""
