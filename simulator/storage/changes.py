"""What can be written to the durable log, and what is read back: values that know no vendor and no database.

What is due (a scenario step, a delivery that waits or is retried) is a job: there is no outbox beside them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Put:
    """Write a document (JSON bytes). Written again it keeps its place; once removed, it goes to the end."""

    tenant: str
    kind: str
    key: str
    body: bytes


@dataclass(frozen=True, slots=True)
class PutAll:
    """Write many documents (kind, key, JSON bytes), as so many `Put`s would.

    A long world is kept in few of these: thousands of objects would make the garbage collector pause.
    """

    tenant: str
    documents: tuple[tuple[str, str, bytes], ...]


@dataclass(frozen=True, slots=True)
class Remove:
    """Remove a document; nothing happens when there is none."""

    tenant: str
    kind: str
    key: str


@dataclass(frozen=True, slots=True)
class RemoveTenant:
    """Remove everything of a tenant. Changes of the same tenant that come later begin anew."""

    tenant: str


@dataclass(frozen=True, slots=True)
class PutJob:
    """Write a job, or write it again. ``due`` is an aware time; it is kept to the microsecond."""

    tenant: str
    id: int
    due: datetime
    kind: str
    body: bytes


@dataclass(frozen=True, slots=True)
class RemoveJob:
    """Remove a job; nothing happens when there is none."""

    tenant: str
    id: int


@dataclass(frozen=True, slots=True)
class AppendJournal:
    """Write a journal entry under its number."""

    tenant: str
    number: int
    body: bytes


@dataclass(frozen=True, slots=True)
class TrimJournal:
    """Remove the journal entries up to and including ``upto``."""

    tenant: str
    upto: int


Change = Put | PutAll | Remove | RemoveTenant | PutJob | RemoveJob | AppendJournal | TrimJournal


@dataclass(frozen=True, slots=True)
class TenantRows:
    """Everything that the log holds of a tenant, as the changes that would write it.

    Documents stand in the order in which they were first put, jobs by due time and id, the newest rows of the
    journal by number. ``last_entry`` is the highest number that the journal reached, even if that row is
    gone.
    """

    documents: tuple[Put, ...] = ()
    jobs: tuple[PutJob, ...] = ()
    journal: tuple[AppendJournal, ...] = ()
    last_entry: int = 0
