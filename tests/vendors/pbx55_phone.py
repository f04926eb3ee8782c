"""A phone of 55PBX's tests: calls happen on it, and its pushes are read."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from contracts import strict_json
from simulator.telephony.billing import DEFAULT_TARIFFS
from simulator.telephony.calls import Call, Cause, Direction, Kind, Party
from simulator.vendor import Scene
from simulator.vendors.pbx55 import VENDOR

# The moment of the printed example: 2016-11-18 11:50:09 in São Paulo, where it was summer.
START = datetime(2016, 11, 18, 13, 50, 9, tzinfo=UTC)
LINE, MOBILE = "551130037293", "5511987654321"
OVER = (Kind.ENDED, Kind.TRANSFERRED, Kind.SMS_SENT)


class Phone:
    """Plays calls and keeps what is pushed of them, as (name, body)."""

    def __init__(self, **readings: str) -> None:
        self.readings = readings
        self.calls: dict[str, Call] = {}
        self.balance = Decimal("100.00")
        self.messages = []
        self.account, self.switches = VENDOR.account, {}

    def play(self, call: Call, *steps: tuple) -> Call:
        for kind, seconds, facts in steps:
            call = self.happen(call, kind, START + timedelta(seconds=seconds), **facts)
        return call

    def happen(self, call: Call, kind: Kind, at: datetime, **facts) -> Call:
        after, event = call.apply(kind, at, **facts)
        if kind in OVER:
            bill = DEFAULT_TARIFFS.bill(
                after.direction, after.medium, after.line, after.outside, after.charged, self.balance
            )
            self.balance = bill.balance
            after, event = call.apply(kind, at, bill=bill, **facts)
        self.calls[after.id] = after
        render = VENDOR.renders.get(kind)
        self.messages += render(after, event, self.scene()) if render else ()
        return after

    def scene(self) -> Scene:
        zone = ZoneInfo("America/Sao_Paulo")
        return Scene(zone, self.readings, self.account, Empty(), self.calls.get, self.switches)

    @property
    def pushed(self) -> list[tuple[str, dict]]:
        return [(m.name, strict_json.loads(m.body)) for m in self.messages]


class Empty:
    """No records."""

    def get(self, kind: str, key: str) -> None:
        return None

    def all(self, kind: str) -> Iterable:
        return ()

    def find(self, kind: str, **where: object) -> None:
        return None

    def having(self, kind: str, name: str, value: str) -> Iterable:
        return ()


def inbound(call_id="a", serial=5199, **facts) -> Call:
    return Call(call_id, serial, Direction.INBOUND, MOBILE, LINE, **facts)


def outbound(**facts) -> Call:
    return Call("a", 5199, Direction.OUTBOUND, MOBILE, LINE, extension="5000", **facts)


ANSWERED = (
    (Kind.STARTED, 0, {}),
    (Kind.MENU_ENTERED, 1, {}),
    (Kind.DOCUMENT_TYPED, 3, {"digits": "12345678909"}),
    (Kind.ORDER_TYPED, 4, {"digits": "4711"}),
    (Kind.MENU_CHOSEN, 5, {"digits": "2"}),
    (Kind.QUEUED, 6, {"queue": "Suporte"}),
    (Kind.RINGING, 8, {"extension": "5000"}),
    (Kind.ANSWERED, 13, {"extension": "5000"}),
    (Kind.ENDED, 43, {"by": Party.OUTSIDE, "cause": Cause.NORMAL}),
)

FIRST = {
    "central_id": "1000",
    "branch_mask": 0,
    "call_id": "1479477009.5199",
    "call_date": "2016-11-18 11:50:09",
    "call_terminal": "551130037293",
    "call_type": "receptive",
    "call_number": "987654321",
    "call_area_code": "11",
    "call_country_code": "55",
    "call_document": "",
    "call_order": "",
    "call_ura": "",
    "call_queue": "",
    "call_status": "new_call",
    "call_disconnection": "",
    "call_time": 0,
    "call_time_waiting": 0,
    "call_duration": 0,
    "call_tax_type": "",
    "call_tax": 0,
    "call_cost": 0,
    "call_balance": 0,
    "call_url_audio": "",
    "call_audio_file": "",
    "call_transfer_id": "",
}

AUDIO = {
    "call_url_audio": "https://sip1.55pbx.com/webphone-1000/2016/11/18/"
    "audio-2016-11-18_11-50-09-100001-1479477009.5199.wav",
    "call_audio_file": "audio-2016-11-18_11-50-09-100001-119876543211479477009.5199.wav",
}

FINAL = {
    **FIRST,
    **AUDIO,
    "branch_mask": 5000,
    "call_document": "12345678909",
    "call_order": "4711",
    "call_ura": "Opcao - 2",
    "call_queue": "Suporte",
    "call_status": "call_attended",
    "call_disconnection": "externo",
    "call_time": 30,
    "call_time_waiting": 8,
    "call_duration": 43,
    "call_balance": 100.0,
}


def transfer(**readings: str) -> Phone:
    """Play call a, answered at 5000 and transferred after 20 s into call b, which 5001 answers."""
    phone = Phone(**readings)
    old = phone.play(inbound(), *ANSWERED[:-1])
    new = phone.play(inbound("b", 5200, origin="a"), (Kind.STARTED, 33, {}))
    inside = {"by": Party.INSIDE, "cause": Cause.TRANSFERRED}
    phone.play(old, (Kind.TRANSFERRED, 33, {"other": "b", "extension": "5001", **inside}))
    phone.play(
        new,
        (Kind.RINGING, 34, {"extension": "5001"}),
        (Kind.ANSWERED, 40, {"extension": "5001"}),
        (Kind.ENDED, 100, {"by": Party.OUTSIDE, "cause": Cause.NORMAL}),
    )
    return phone
