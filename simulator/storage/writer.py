"""The thread that writes a store: it commits all that is queued as one transaction, and answers questions.

What is too long for one transaction is written slice by slice, between what others have queued.

It blocks while there is nothing to do. It knows no tenant's state, only whose changes were lost.
"""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

from simulator.errors import EnvironmentProblem
from simulator.storage.slices import Group, Line
from simulator.storage.storefile import StoreRefused

if TYPE_CHECKING:
    from simulator.storage.database import Database

GROUPS_A_COMMIT = 500
# When so many groups came while others were written, it waits so many seconds for more: each commit costs the loop
# its turns at the interpreter.
MANY = 8
GATHER = 0.01
BREATH = 0.002  # seconds from slice to slice, in which whoever answers requests has the interpreter

_log = logging.getLogger(__name__)


class StoreFailed(EnvironmentProblem):
    """A group of changes was not written, none of it, or a question not answered; the message says why."""


@dataclass(frozen=True, slots=True)
class Question:
    """Something to be read after all that was queued before. ``tenant`` is read anew, lost changes or not."""

    ask: Callable[[Database], Any]
    future: Future[Any]
    tenant: str | None = None


class _Stop:
    """The last thing in the queue."""


class Writer:
    """Owns the database, which only its thread touches. The thread starts with the first thing put."""

    def __init__(self, path: Path, synchronous: str) -> None:
        self._path = path
        self._synchronous = synchronous
        self._queue: queue.SimpleQueue[Group | Question | _Stop] = queue.SimpleQueue()
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None
        self._stopped = False
        self._database: Database | None = None
        self._lost: set[str] = set()
        self._line = Line()
        self._untidy = False  # there are rows that nobody can reach
        self._crowded = False  # many groups came while the last ones were written

    def put(self, item: Group | Question) -> None:
        """Queue something, from any thread. The writer completes its future, which nobody can cancel."""
        item.future.set_running_or_notify_cancel()
        with self._starting:
            if self._stopped:
                item.future.set_exception(StoreFailed(f"the store {self._path} is closed: nothing can be written"))
                return
            self._queue.put(item)
            if self._thread is None:
                # A daemon: a program that ends without stop() ends, and loses nothing that was reported as
                # written.
                self._thread = threading.Thread(target=self._run, name="pbxsim-store", daemon=True)
                self._thread.start()

    def stop(self) -> None:
        """Finish what is queued, close the database and end the thread. What is put later fails."""
        with self._starting:
            self._stopped = True
            self._queue.put(_Stop())
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        going = True
        while going:
            for group_next, items in groupby(self._take(), key=lambda item: isinstance(item, Group)):
                if group_next:
                    self._commit(self._line.passing([item for item in items if isinstance(item, Group)]))
                    continue
                while self._line:  # what is asked, and the end, come after all that was queued before
                    self._commit(self._line.next())
                for item in items:
                    if isinstance(item, Question):
                        self._reply(item)
                    else:
                        going = False
            if self._line:
                self._commit(self._line.next())
            elif going:
                self._sweep()
        if self._database is not None:
            self._database.close()

    def _take(self) -> list[Group | Question | _Stop]:
        try:
            items = [self._queue.get(timeout=BREATH if self._line or self._untidy else None)]
        except queue.Empty:
            return []
        if self._crowded:
            time.sleep(GATHER)
        while len(items) < GROUPS_A_COMMIT:
            try:
                items.append(self._queue.get_nowait())
            except queue.Empty:
                break
        self._crowded = len(items) >= MANY
        return items

    def _opened(self) -> Database:
        if self._database is None:
            from simulator.storage.database import Database

            self._database = Database(self._path, synchronous=self._synchronous)
        return self._database

    def _commit(self, groups: list[Group]) -> None:
        good = [group for group in groups if not self._builds_on_lost(group)]
        try:
            if good:
                self._opened().commit(change for group in good for change in group.changes)
        except Exception as error:
            if len(good) == 1:
                self._lose(good[0], error)
                return
            for group in good:  # each by itself, so that one that cannot be written fails nobody else's
                self._commit([group])
        else:
            for group in good:
                group.future.set_result(None)

    def _builds_on_lost(self, group: Group) -> bool:
        lost = {change.tenant for change in group.changes} & self._lost if self._lost else ()
        if lost:
            text = f"an earlier change of tenant {min(lost)} was not written: it has to be loaded again first"
            group.future.set_exception(StoreFailed(text))
        return bool(lost)

    def _lose(self, group: Group, error: Exception) -> None:
        self._lost.update(change.tenant for change in group.changes)
        failed = StoreFailed(
            f"the store {self._path} could not be written: {_reason(error)}; nothing of the change was kept. "
            "Look for a full disk or a file that is read-only, then do it again"
        )
        failed.__cause__ = error
        group.future.set_exception(failed)

    def _reply(self, question: Question) -> None:
        try:
            answer = question.ask(self._opened())
        except StoreRefused as error:
            question.future.set_exception(error)
        except Exception as error:
            failed = StoreFailed(f"the store {self._path} could not be read: {_reason(error)}; look at its disk")
            failed.__cause__ = error
            question.future.set_exception(failed)
        else:
            self._lost.discard(question.tenant or "")
            question.future.set_result(answer)

    def _sweep(self) -> None:
        try:
            self._untidy = self._database is not None and self._database.sweep()
        except Exception as error:
            self._untidy = False
            _log.warning("the store could not be tidied; it is tried again later: %s", _reason(error))


def _reason(error: Exception) -> object:
    # The driver's own words, without the statement and its parameters.
    return getattr(error, "orig", None) or error
