"""The version, without asking the package's metadata (which costs start-up time)."""

VERSION = "0.1.0"
