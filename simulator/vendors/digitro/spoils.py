"""How an event of Dígitro can be wrong on purpose. It has no number and no date, and no page prints one."""

from __future__ import annotations

from collections.abc import Mapping

from scenarios.model import Flaw
from simulator.spoiling import Spoil, in_field, nothing

SPOILS: Mapping[str, Spoil] = {
    Flaw.NULL_FIELD: in_field("ID_CHAMADA", nothing),
    Flaw.UNKNOWN_FIELD: in_field("CAMPO_DESCONHECIDO", lambda _: "ninguém conhece este campo"),
}
