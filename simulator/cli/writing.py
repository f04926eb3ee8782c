"""Writes a journal file. It is opened before anything is done that would have to be kept in it."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext, suppress
from pathlib import Path
from types import TracebackType

from contracts.exchanges import write_line
from contracts.model import Exchange, Judgement
from simulator.errors import EnvironmentProblem


class CannotWrite(EnvironmentProblem):
    """A journal file cannot be written."""

    def __init__(self, path: Path, error: OSError) -> None:
        super().__init__(
            f"the journal {path} cannot be written ({error.strerror}): name a file in a folder that can be written "
            "to, with space left"
        )


class JournalFile:
    """A journal file in place of any older one of its name; a context manager. Everything raises CannotWrite."""

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            self._file = path.open("wb")
        except OSError as error:
            raise CannotWrite(path, error) from None

    def __enter__(self) -> JournalFile:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with suppress(OSError):  # a write that failed has been told of
            self._file.close()

    def add(self, exchange: Exchange, verdict: Judgement | None) -> None:
        """Append an exchange, which must be redacted."""
        try:
            write_line(self._file, exchange, verdict)
            self._file.flush()
        except OSError as error:
            raise CannotWrite(self._path, error) from None

    def add_lines(self, lines: bytes) -> None:
        """Append lines that are made already."""
        try:
            self._file.write(lines)
            self._file.flush()
        except OSError as error:
            raise CannotWrite(self._path, error) from None


def journal_file(path: Path | None) -> AbstractContextManager[JournalFile | None]:
    """Return the journal file of an option, which may not be given. Raises CannotWrite."""
    return nullcontext() if path is None else JournalFile(path)
