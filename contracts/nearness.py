"""What somebody may have meant by a word that is not known: the nearest known one, or what there is."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

MOST_NAMES = 8
# Words that share no more than their beginning are not near.
ALIKE = 0.7


def near(word: str, known: Iterable[str]) -> str | None:
    """Return the known word that this one is nearest to, or None when none is near."""
    return next(iter(get_close_matches(word, list(known), 1, ALIKE)), None)


def nearest(word: str, known: Iterable[str], most: int = MOST_NAMES) -> str:
    """Return a hint that names the known word nearest to this one, or the first ``most`` of those that there are."""
    names = list(known)
    meant = near(word, names)
    if meant is not None:
        return f"did you mean {meant!r}?"
    return f"there are: {', '.join(names[:most]) or 'none'}{', ...' if len(names) > most else ''}"
