"""The file a store lives in: private to its user (mode 0600), and one process's at a time. Knows no database.

The lock is an advisory one of the operating system on a file beside the store: it is taken at once (the
database is opened later), it ends with the process however that ends, and the store can still be read with
other tools meanwhile. The lock file stays where it is: a removed one could be locked by two.
"""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from simulator.errors import EnvironmentProblem

_PRIVATE = 0o600
_LOCK_PLACE = 1 << 30  # on Windows a locked byte cannot be read: keep it away from the process id


class StoreRefused(EnvironmentProblem):
    """A store cannot be opened; the message says why, and what to do."""


@dataclass(frozen=True, slots=True)
class StoreFile:
    """A store's path, claimed for this process. ``temporary``: a private folder of its own goes with it."""

    path: Path
    temporary: bool
    lock: int

    @property
    def empty(self) -> bool:
        """True when nothing has been stored yet."""
        return self.path.stat().st_size == 0

    def release(self) -> None:
        """Give the file up; a temporary one is removed."""
        with contextlib.suppress(OSError):
            os.ftruncate(self.lock, 0)
        os.close(self.lock)
        if self.temporary:
            shutil.rmtree(self.path.parent, ignore_errors=True)


def claim(path: Path | None) -> StoreFile:
    """Claim a store's file, making it when it is not there; None: a temporary one. Raises StoreRefused."""
    if path is None:
        folder = Path(tempfile.mkdtemp(prefix="pbxsim-"))
        return _claim(folder / "store.sqlite", temporary=True)
    return _claim(path.resolve(), temporary=False)


def _claim(path: Path, *, temporary: bool) -> StoreFile:
    if path.is_dir():
        raise _unusable(path, IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR)))
    if path.exists() and not path.is_file():  # a device is not made private, or a pipe read
        raise _unusable(path, OSError(errno.EINVAL, "it is no ordinary file"))
    lock = _open(path.with_name(path.name + ".lock"), path)
    try:
        _take(lock, path)
        # Only now: to open and close a file that this process has open would take SQLite's locks off it.
        os.close(_open(path, path))
        # A store that somebody copied or restored may be readable by others; SQLite gives -wal and -shm the
        # mode it has.
        for each in (path, *(path.with_name(path.name + end) for end in ("-wal", "-shm"))):
            with contextlib.suppress(FileNotFoundError):
                each.chmod(_PRIVATE)
    except OSError as error:
        os.close(lock)
        raise _unusable(path, error) from None
    except StoreRefused:
        os.close(lock)
        raise
    return StoreFile(path, temporary, lock)


def _open(path: Path, store: Path) -> int:
    try:
        return os.open(path, os.O_RDWR | os.O_CREAT, _PRIVATE)
    except OSError as error:
        raise _unusable(store, error) from None


def _take(lock: int, path: Path) -> None:
    try:
        _lock(lock)
    except (BlockingIOError, PermissionError):
        owner = os.pread(lock, 20, 0).decode("ascii", "replace") if sys.platform != "win32" else ""
        raise StoreRefused(
            f"the store {path} is in use by another pbxsim{f' (process {owner})' if owner else ''}: "
            "stop that one, or give this one a store of its own"
        ) from None
    os.ftruncate(lock, 0)
    os.write(lock, str(os.getpid()).encode())


def _lock(descriptor: int) -> None:
    if sys.platform == "win32":
        import msvcrt

        os.lseek(descriptor, _LOCK_PLACE, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        os.lseek(descriptor, 0, os.SEEK_SET)
    else:
        import fcntl

        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _unusable(path: Path, error: OSError) -> StoreRefused:
    reason = error.strerror or str(error)
    return StoreRefused(f"the store {path} cannot be used: {reason}; name a file in a folder that can be written to")
