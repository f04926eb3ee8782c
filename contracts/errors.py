"""The one root of what the contract machinery raises on purpose."""

from __future__ import annotations


class ContractError(Exception):
    """Something the user can act on: the text says what was wrong, what was expected and what to do."""
