"""The history of calls, from the simulated ones that are over: observed of the platform, and not in the document."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from contracts.viacel.rules import COMPANY, DID, EXTENSION, TRUNK, whole
from simulator.telephony.calls import Call, Cause, Direction, Medium
from simulator.telephony.phones import national
from simulator.telephony.routing import TAKEN
from simulator.telephony.timing import connecting
from simulator.vendor import Received, Reply, Work
from simulator.vendors.viacel.credentials import KEY
from simulator.vendors.viacel.lists import PAGE, START, page
from simulator.vendors.viacel.routing import region_of

ANSWERED, UNANSWERED, BUSY = ("ANSWERED", "Atendida"), ("NO ANSWER", "Não atendida"), ("BUSY", "Ocupado")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Told:
    """A call as the history has it: both ends, whose it is, the region of the outside party, its trunk (0: none).

    ``kept`` says that its recording was kept.
    """

    call: Call
    origin: str
    destination: str
    company: int
    region: int
    trunk: int
    begun: datetime
    kept: bool

    @property
    def status(self) -> tuple[str, str]:
        """Its status, and the word for it."""
        if connecting(self.call) is not None:  # a mailbox takes a call, too, and who called it pays
            return ANSWERED
        return BUSY if self.call.last.cause is Cause.BUSY else UNANSWERED

    @property
    def key(self) -> str:
        """Its id, in the form of the platform's telephony engine: the second in which it began, and a number."""
        return f"{(self.begun - _EPOCH) // timedelta(seconds=1)}.{self.call.serial}"


def lister(defaults: Mapping[str, str]) -> Callable[[Work, Received], Reply]:
    """Return the handler of the history; ``defaults`` are the account settings of every tenant."""

    def list_calls(work: Work, received: Received) -> Reply:
        """List the calls that are over, oldest first, narrowed by what is not 0 or empty."""
        return _listed(work, received, {**defaults, **work.accounts(KEY)}["audio_base"])

    return list_calls


def _listed(work: Work, received: Received, audio_base: str) -> Reply:
    body = received.body
    company = whole(body.get("cliente_id"))
    trunk = work.get(TRUNK, str(whole(body.get("tronco_id"))))
    wanted = {
        "company": company,
        "origin": body.get("ramal_origem") or body.get("numero_origem"),
        "destination": body.get("ramal_destino") or body.get("numero_destino"),
    }
    since, until = (_moment(work, body, end) for end in ("inicial", "final"))
    found = [
        told
        for told in _told(work)
        if all(not value or getattr(told, name) == value for name, value in wanted.items())
        and (not whole(body.get("tronco_id")) or _by_trunk(told, trunk))
        and str(body.get("chamada_id") or told.key) == told.key
        and str(body.get("status") or told.status[0]) == told.status[0]
        and (since is None or told.begun >= since)
        and (until is None or told.begun <= until)
    ]
    return page(work, found, partial(_row, audio_base), whole(body.get(START)), whole(body.get("quantidade")) or PAGE)


def shows(call: Call, readings: Mapping[str, str]) -> bool:
    """Say whether the history has a call: one that is over, and no text message; V15 says whether there is one."""
    return readings.get("V15") == "served" and call.ended is not None and call.medium is Medium.VOICE


def _told(work: Work) -> Iterator[Told]:
    extensions = {e["numero"]: e for e in reversed(list(work.all(EXTENSION)))}
    dids = {d["numero"]: d for d in reversed(list(work.all(DID)))}
    first = next((c["cliente_id"] for c in work.all(COMPANY)), 0)
    for call in work.calls():
        if not shows(call, work.readings):
            continue
        inside, outside, line = _inside(call), national(call.called), national(call.line)
        ends = (outside, inside or line) if call.direction is Direction.INBOUND else (inside or line, outside)
        owners = [record for record in (extensions.get(inside), dids.get(line)) if record is not None]
        company = owners[0]["cliente_id"] if owners else first
        kept = call.connected and (call.recorded or any(owner["gravar_chamadas"] for owner in owners))
        taken = work.get(TAKEN, call.id)
        trunk = whole(taken["trunk"]) if taken else 0
        yield Told(call, *ends, company, region_of(outside, line), trunk, call.events[0].at.astimezone(work.zone), kept)


def _inside(call: Call) -> str:
    return call.extension or call.agent or ""  # who dialled, as far as one of ours did; else who had it last


def _by_trunk(told: Told, trunk: Mapping[str, Any] | None) -> bool:
    """Tell whether a call was on a trunk; of one that nobody routed, the company is known and not the trunk."""
    if trunk is None or told.call.last.cause is Cause.NOT_ALLOWED:  # for which the plan had none
        return False
    return bool(told.trunk == trunk["tronco_id"] if told.trunk else told.company == trunk["cliente_id"])


def _moment(work: Work, body: Mapping[str, Any], end: str) -> datetime | None:
    """Return from when, or until when, calls are asked for, by the tenant's wall clock; None: no matter."""
    day = body.get(f"data_{end}")
    if not day:
        return None
    clock = body.get(f"hora_{end}") or ("00:00" if end == "inicial" else "23:59")
    second = "00" if end == "inicial" else "59.999999"
    layout = "%d/%m/%Y %H:%M:%S" + (".%f" if "." in second else "")
    return datetime.strptime(f"{day} {clock}:{second}", layout).replace(tzinfo=work.zone)


def _row(audio_base: str, told: Told) -> dict[str, str]:
    status, word = told.status
    bill = told.call.bill
    return {
        "cdr_id": str(told.call.serial),
        "cliente_id": str(told.company),
        "regiao_id": str(told.region),
        "data": f"{told.begun:%d/%m/%Y %H:%M:%S}",
        "origem": told.origin,
        "destino": told.destination,
        "recurso": "",
        "preco": f"{bill.cost if bill else 0:.2f}",
        "status": status,
        "status_descricao": word,
        "duracao_chamada": str(told.call.talk),
        "link_gravacao": f"{audio_base}/{told.key}.wav" if told.kept else "",
        "chamada_id": told.key,
    }
