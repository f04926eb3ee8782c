"""How a message to HubSoft can be wrong on purpose. It has no date, and its page's examples are as they should be."""

from __future__ import annotations

from collections.abc import Mapping

from scenarios.model import Flaw
from simulator.spoiling import Spoil, as_text, in_field, nothing

SPOILS: Mapping[str, Spoil] = {
    Flaw.NUMBER_AS_STRING: in_field("ramal", as_text),
    Flaw.NULL_FIELD: in_field("telefone", nothing),
    Flaw.UNKNOWN_FIELD: in_field("campo_desconhecido", lambda _: "ninguém conhece este campo"),
}
