"""Lets ``python -m simulator`` do what ``pbxsim`` does."""

from __future__ import annotations

from simulator.cli import main

if __name__ == "__main__":
    main()
