"""The parts of an operation as the rest of the program sees them: plain values, no file format."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from contracts.model import Provenance

FORM = "application/x-www-form-urlencoded"
JSON = "application/json"


class OperationKind(StrEnum):
    """Whether an operation is served under a path, or pushed to an address of the integrator's."""

    PATH = "path"
    WEBHOOK = "webhook"


class Place(StrEnum):
    """Where a parameter stands."""

    PATH = "path"
    QUERY = "query"
    HEADER = "header"


@dataclass(frozen=True, slots=True)
class Parameter:
    """A value outside the body. ``types`` are the JSON types its text is read as; ``secret`` is its kind, if any.

    ``shape`` is the pattern of its text, if any.
    """

    name: str
    place: Place
    required: bool
    ref: str | None
    types: tuple[str, ...]
    secret: str | None
    provenance: Provenance
    description: str = ""
    shape: str = ""


@dataclass(frozen=True, slots=True)
class SecurityScheme:
    """A way to show a credential: ``kind`` is ``http`` (``scheme`` is bearer or basic) or ``apiKey`` (with a name)."""

    id: str
    kind: str
    scheme: str
    place: str
    name: str
    provenance: Provenance

    @property
    def header(self) -> str:
        """The header that carries the credential, in small letters; "" when none does."""
        if self.kind == "apiKey":
            return self.name.lower() if self.place == "header" else ""
        return "authorization"


@dataclass(frozen=True, slots=True)
class Body:
    """What a body may be: media type to schema (None: anything), and its size (None: no limit of the vendor's).

    With ``any_media_type`` it is read whatever its header says.
    """

    required: bool
    media: Mapping[str, str | None]
    any_media_type: bool = False
    secrets: Mapping[str, str] = field(default_factory=dict)
    max_bytes: int | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """One documented answer; ``status`` is a code, ``4XX`` or ``default``. ``ours`` marks what the simulator adds."""

    status: str
    description: str
    provenance: Provenance
    body: Body | None = None
    ours: bool = False


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing that can be asked, or pushed.

    ``security`` names the schemes of which one set must be satisfied (empty: open; an empty set: optional);
    ``credential`` says where a credential stands that no scheme can name (``body``). ``selector`` is the property of
    the body, and its value, that mean this operation among those of its path; ``ending`` is the end of a path that
    is enough to mean it, whatever stands before.
    """

    id: str
    kind: OperationKind
    methods: tuple[str, ...]
    path: str
    summary: str
    provenance: Provenance
    parameters: tuple[Parameter, ...] = ()
    security: tuple[tuple[str, ...], ...] = ()
    body: Body | None = None
    answers: tuple[Answer, ...] = ()
    credential: str = ""
    selector: tuple[str, str] | None = None
    ending: str = ""

    @property
    def where(self) -> str:
        """Where it is asked for, in short: its path, with the value that selects it; or the push that it is."""
        if not self.path:
            return f"push {self.id}"
        return f"{self.path} {'='.join(self.selector)}" if self.selector else self.path

    @property
    def media_types(self) -> tuple[str, ...]:
        """The media types that a request may have."""
        return tuple(self.body.media) if self.body else ()

    @property
    def is_open(self) -> bool:
        """True when nobody has to say who asks: no credential is wanted, in the headers, the path or elsewhere."""
        return not self.security and not self.credential and not any(p.secret for p in self.path_parameters)

    @property
    def path_parameters(self) -> tuple[Parameter, ...]:
        """The parameters that stand in the path."""
        return tuple(p for p in self.parameters if p.place is Place.PATH)

    def answer(self, status: int) -> Answer | None:
        """Return the documented answer for a status: its own entry, else that of its hundred, else the default."""
        entries = {a.status.upper(): a for a in self.answers}
        return entries.get(str(status)) or entries.get(f"{status // 100}XX") or entries.get("DEFAULT")


@dataclass(frozen=True, slots=True)
class Dispatch:
    """A path and method that mean several operations: the value of one property of the body says which.

    ``common`` is what plain OpenAPI sees there; ``actions`` has the key of the operation that each value means.
    """

    property: str
    common: Operation
    actions: Mapping[str, str]

    def pick(self, body: object) -> str | None:
        """Return the key of the operation that a decoded body means, or None."""
        value = body.get(self.property) if isinstance(body, Mapping) else None
        return self.actions.get(value) if isinstance(value, str) else None
