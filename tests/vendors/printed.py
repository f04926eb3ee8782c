"""The command lines that the vendors' documents print (``documents/``), and the real curl, which runs them."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

DOCUMENTS = Path(__file__).with_name("documents")
# A line break within a printed command, with or without the backslash that a shell would need.
_BREAK = re.compile(r"[ \t]*\\?\n[ \t]*")


@dataclass(frozen=True)
class Curled:
    """What curl printed of an answer."""

    status: int
    body: str

    @property
    def json(self) -> Any:
        return json.loads(self.body)


def lines(document: str) -> dict[str, str]:
    """Return the printed command lines of a vendor by their titles, as they are printed."""
    text = (DOCUMENTS / f"{document}.txt").read_text("utf-8")
    parts = re.split(r"^## (.+)\n", text, flags=re.MULTILINE)[1:]
    return dict(zip(parts[::2], (part.strip() for part in parts[1::2]), strict=True))


def words_of(line: str, replaced: Mapping[str, str]) -> list[str]:
    """Return a printed line as the words of a command, with its line breaks joined and these texts replaced.

    No shell reads them, since printed addresses have a bare ``&``.
    """
    for printed, own in replaced.items():
        assert printed in line, f"{printed!r} is not printed in {line!r}"
        line = line.replace(printed, own)
    return shlex.split(_BREAK.sub(" ", line))


def curl(words: Sequence[str]) -> Curled:
    """Run a curl command line as its words; the proxies and settings of this machine do not count."""
    program, *arguments = words
    assert program == "curl"
    command = ["curl", "-q", "--noproxy", "*", "-sS", "-m", "20", "-w", "\n%{http_code}", *arguments]
    done = subprocess.run(command, capture_output=True, check=True, timeout=30)
    body, _, status = done.stdout.decode().rpartition("\n")
    return Curled(int(status), body)
