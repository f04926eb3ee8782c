"""Worlds for the tests, and what is said against one."""

PHONES = ("37999912222", "37988242968")
