"""55PBX: what each event of a call makes it push, under each reading of its document."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts import strict_json
from simulator.telephony.billing import DEFAULT_TARIFFS
from simulator.telephony.calls import Call, Cause, Direction, Kind, Medium, Party
from simulator.vendor import Scene
from simulator.vendors.pbx55 import VENDOR
from simulator.vendors.pbx55.messages import UnknownTransfer

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


def test_answered_call_is_pushed_at_its_start_and_complete_at_its_end():
    """The first push has nothing that is not known yet, the second all; both have the 25 printed keys."""
    phone = Phone()

    phone.play(inbound(), *ANSWERED)

    assert phone.pushed == [("started", FIRST), ("ended", FINAL)]
    assert [list(body) for _, body in phone.pushed] == [list(FIRST), list(FIRST)]
    assert len(FIRST) == 25


def test_push_is_addressed_to_the_webhook_in_the_order_of_its_call():
    """Pushes of one call keep their order, and go by POST unless the target chooses."""
    phone = Phone()

    phone.play(inbound(), *ANSWERED)

    first = phone.messages[0]
    assert (first.vendor, first.operation, first.call, first.order) == ("pbx55", "callData", "a", "a")
    assert (first.method, first.path, first.content_type) == ("POST", "", "application/json")


def test_abandoned_call_has_waited_and_was_never_recorded():
    """A caller who leaves the queue gives a final push without talk, recording or extension."""
    phone = Phone()

    phone.play(
        inbound(),
        (Kind.STARTED, 0, {}),
        (Kind.QUEUED, 2, {"queue": "Suporte"}),
        (Kind.ENDED, 62, {"by": Party.OUTSIDE, "cause": Cause.ABANDONED}),
    )

    final = {
        **FIRST,
        "call_queue": "Suporte",
        "call_status": "call_abandoned",
        "call_disconnection": "externo",
        "call_time_waiting": 62,
        "call_duration": 62,
        "call_balance": 100.0,
    }
    assert phone.pushed == [("started", FIRST), ("ended", final)]


def test_missed_call_names_the_extension_that_rang():
    """A call that nobody picks up is abandoned too, at the extension that rang."""
    phone = Phone()

    phone.play(
        inbound(),
        (Kind.STARTED, 0, {}),
        (Kind.RINGING, 1, {"extension": "5000"}),
        (Kind.ENDED, 25, {"by": Party.SYSTEM, "cause": Cause.NO_ANSWER}),
    )

    final = {
        **FIRST,
        "branch_mask": 5000,
        "call_status": "call_abandoned",
        "call_disconnection": "interno",
        "call_time_waiting": 25,
        "call_duration": 25,
        "call_balance": 100.0,
    }
    assert phone.pushed == [("started", FIRST), ("ended", final)]


def test_outbound_call_costs_a_minute_begun():
    """An answered outbound call names who dialled from the start, and is billed by its tariff at the end."""
    phone = Phone()

    phone.play(
        outbound(),
        (Kind.STARTED, 0, {}),
        (Kind.RINGING, 1, {}),
        (Kind.ANSWERED, 8, {}),
        (Kind.ENDED, 19, {"by": Party.INSIDE, "cause": Cause.NORMAL}),
    )

    first = {**FIRST, "call_type": "active", "branch_mask": 5000}
    final = {
        **first,
        **AUDIO,
        "call_status": "call_attended",
        "call_disconnection": "interno",
        "call_time": 11,
        "call_time_waiting": 8,
        "call_duration": 19,
        "call_tax_type": "VC1",
        "call_tax": 0.49,
        "call_cost": 0.49,
        "call_balance": 99.51,
    }
    assert phone.pushed == [("started", first), ("ended", final)]


def test_text_message_is_pushed_once_with_its_price():
    """A text message has a cost, and no status, times, recording, queue or disconnection."""
    phone = Phone()

    phone.play(outbound(medium=Medium.SMS), (Kind.SMS_SENT, 0, {}))

    only = {
        **FIRST,
        "branch_mask": 5000,
        "call_type": "sms",
        "call_status": "",
        "call_tax_type": "SMS",
        "call_tax": 0.12,
        "call_cost": 0.12,
        "call_balance": 99.88,
    }
    assert phone.pushed == [("sms", only)]


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


def test_transferred_call_is_pushed_three_times_and_the_new_one_twice():
    """A1, B1, A2, A3, B2: the third push of A is its second with the wire id of B."""
    phone = transfer()

    a2 = {**FINAL, "call_disconnection": "interno", "call_time": 20, "call_duration": 33}
    b1 = {**FIRST, "call_id": "1479477042.5200", "call_date": "2016-11-18 11:50:42"}
    b2 = {
        **b1,
        "branch_mask": 5001,
        "call_status": "call_attended",
        "call_disconnection": "externo",
        "call_time": 60,
        "call_time_waiting": 7,
        "call_duration": 67,
        "call_balance": 100.0,
        "call_url_audio": "https://sip1.55pbx.com/webphone-1000/2016/11/18/"
        "audio-2016-11-18_11-50-42-100001-1479477042.5200.wav",
        "call_audio_file": "audio-2016-11-18_11-50-42-100001-119876543211479477042.5200.wav",
    }
    assert phone.pushed == [
        ("started", FIRST),
        ("started", b1),
        ("ended", a2),
        ("transferred", {**a2, "call_transfer_id": "1479477042.5200"}),
        ("ended", b2),
    ]


def test_transfer_into_a_call_that_is_not_there_is_refused():
    """The third push must name the new call, so there has to be one."""
    phone = Phone()
    call = phone.play(inbound(), *ANSWERED[:-1])

    with pytest.raises(UnknownTransfer, match="start the new call before the transfer"):
        phone.play(call, (Kind.TRANSFERRED, 33, {"other": "b"}))


def test_internal_call_is_pushed_to_nobody():
    """Calls between extensions neither come in nor go out."""
    phone = Phone()

    phone.play(Call("a", 1, Direction.INTERNAL, "5000", LINE, extension="5001"), *ANSWERED)

    assert phone.pushed == []


def test_amounts_are_exact_on_the_wire():
    """Money is written digit by digit, never as the nearest binary fraction."""
    phone = Phone()
    phone.balance = Decimal("90071992547409.93")

    phone.play(outbound(medium=Medium.SMS), (Kind.SMS_SENT, 0, {}))

    assert b'"call_tax":0.12,"call_cost":0.12,"call_balance":90071992547409.81,' in phone.messages[0].body


@pytest.mark.parametrize(
    ("outside", "expected"),
    [
        ("553733334444", ("33334444", "37", "55")),
        ("08008000049", ("08008000049", "", "55")),
        ("14155550123", ("14155550123", "", "")),
        ("", ("", "", "")),
    ],
)
def test_number_is_taken_apart(outside, expected):
    """Area and country stand in fields of their own, and are empty where there are none."""
    phone = Phone()

    phone.play(Call("a", 1, Direction.INBOUND, outside, LINE), (Kind.STARTED, 0, {}))

    body = phone.pushed[0][1]
    assert (body["call_number"], body["call_area_code"], body["call_country_code"]) == expected


def test_token_travels_in_the_header_token():
    """The key of the panel is sent as it is, in a header of its own."""
    assert VENDOR.authorise("LKAGSDK654687s6df5KSDUHs45s4df54sadJSJKS34") == (
        ("token", "LKAGSDK654687s6df5KSDUHs45s4df54sadJSJKS34"),
    )


def test_curl_makes_a_call():
    """The first command for newcomers asks the control API, above the vendor's own address."""
    (_, command), _ = VENDOR.curls("http://127.0.0.1:8055/pbx55", {})

    assert command == (
        "curl -sS http://127.0.0.1:8055/_sim/calls"
        """ -H 'content-type: application/json' -d '{"from": "37999912222"}'"""
    )


def test_account_settings_stand_in_the_push():
    """The account and the host of the recordings are a tenant's own where it says so."""
    phone = Phone()
    phone.account = {"central_id": "2000", "audio_base": "https://audio.example.com", "recording": "always"}

    phone.play(inbound(), *ANSWERED)

    body = phone.pushed[1][1]
    assert body["central_id"] == "2000"
    assert body["call_url_audio"] == (
        "https://audio.example.com/webphone-2000/2016/11/18/audio-2016-11-18_11-50-09-200001-1479477009.5199.wav"
    )


@pytest.mark.parametrize(
    ("recording", "recorded", "there"),
    [("always", False, True), ("on_demand", False, False), ("on_demand", True, True)],
)
def test_audio_is_there_where_the_account_records_or_somebody_began_to(recording, recorded, there):
    """Inferred: the document prints an audio, and does not say which calls have one."""
    phone = Phone()
    phone.switches = {"recording": recording}
    begun = ((Kind.RECORDING_STARTED, 20, {}), (Kind.RECORDING_STOPPED, 30, {})) if recorded else ()

    phone.play(inbound(), *ANSWERED[:-1], *begun, ANSWERED[-1])

    body = phone.pushed[1][1]
    assert (bool(body["call_url_audio"]), bool(body["call_audio_file"])) == (there, there)


def test_person_whom_a_dialler_reached_and_no_agent_took_abandoned_the_call():
    """There is no talk and nothing to hear, and it is charged from when the person picked up."""
    phone = Phone()

    phone.play(
        Call("a", 5199, Direction.OUTBOUND, MOBILE, LINE),
        (Kind.STARTED, 0, {}),
        (Kind.RINGING, 1, {}),
        (Kind.ANSWERED, 9, {}),
        (Kind.QUEUED, 9, {"queue": "Vendas"}),
        (Kind.ENDED, 15, {"by": Party.OUTSIDE, "cause": Cause.ABANDONED}),
    )

    body = phone.pushed[1][1]
    assert (body["call_status"], body["call_url_audio"], body["branch_mask"]) == ("call_abandoned", "", 0)
    assert (body["call_time"], body["call_time_waiting"], body["call_duration"]) == (0, 15, 15)
    assert body["call_cost"] > 0


@pytest.mark.parametrize(
    ("reading", "expected"),
    [
        ("local", "2016-11-18 11:50:09"),
        ("iso8601", "2016-11-18T11:50:09-02:00"),
        ("epoch-ms", 1479477009000),
        ("mongo-date", {"$date": "2016-11-18T13:50:09Z"}),
        ("any", "2016-11-18 11:50:09"),
    ],
)
def test_call_date_follows_its_reading(reading, expected):
    """P1: the printed ISODate(...) is no JSON; each way to write it is a reading."""
    phone = Phone(P1=reading)

    phone.play(inbound(), *ANSWERED)

    assert [body["call_date"] for _, body in phone.pushed] == [expected, expected]


@pytest.mark.parametrize(
    ("reading", "expected"),
    [
        ("example", ["receptive", "active", "sms"]),
        ("table", ["receptivo", "ativo", "sms"]),
        ("union", ["receptive", "active", "sms"]),
    ],
)
def test_call_type_follows_its_reading(reading, expected):
    """P2: the words of the example, or those of the table."""
    phone = Phone(P2=reading)

    phone.play(inbound(), (Kind.STARTED, 0, {}))
    phone.play(outbound(), (Kind.STARTED, 0, {}))
    phone.play(outbound(medium=Medium.SMS), (Kind.SMS_SENT, 0, {}))

    assert [body["call_type"] for _, body in phone.pushed] == expected


@pytest.mark.parametrize(
    ("reading", "expected"), [("additive", (30, 43)), ("swapped", (43, 30)), ("unrelated", (30, 43))]
)
def test_times_follow_their_reading(reading, expected):
    """P3: the whole in call_duration, or in call_time as the printed values have it."""
    phone = Phone(P3=reading)

    phone.play(inbound(), *ANSWERED)

    body = phone.pushed[1][1]
    assert (body["call_time"], body["call_duration"]) == expected


@pytest.mark.parametrize(
    ("reading", "expected"), [("number", [0, 5000]), ("digits", ["0", "5000"]), ("either", [0, 5000])]
)
def test_branch_mask_follows_its_reading(reading, expected):
    """P4: a JSON number, or digits as text."""
    phone = Phone(P4=reading)

    phone.play(inbound(), *ANSWERED)

    assert [body["branch_mask"] for _, body in phone.pushed] == expected


@pytest.mark.parametrize(
    ("reading", "expected"),
    [
        ("start-and-end", ["started", "started", "ended", "transferred", "ended"]),
        ("end-only", ["ended", "transferred", "ended"]),
        ("any-number", ["started", "started", "ended", "transferred", "ended"]),
    ],
)
def test_number_of_pushes_follows_its_reading(reading, expected):
    """P7: one sentence of the document has no push at the start."""
    assert [name for name, _ in transfer(P7=reading).pushed] == expected


@pytest.mark.parametrize(
    ("reading", "expected"),
    [
        ("new-call", ("1479477042.5200", None)),
        ("capitals", (None, "1479477042.5200")),
        ("either", ("1479477042.5200", None)),
    ],
)
def test_transfer_id_follows_its_reading(reading, expected):
    """P8: the section on transfers writes the property in capitals, the table in small letters."""
    body = dict(transfer(P8=reading).pushed)["transferred"]

    assert (body.get("call_transfer_id"), body.get("CALL_TRANSFER_ID")) == expected
    assert len(body) == 25


@pytest.mark.parametrize(
    ("reading", "expected"),
    [
        ("observed", ["new_call", "call_attended"]),
        ("manual-v1", ["", ""]),
        ("any", ["new_call", "call_attended"]),
    ],
)
def test_call_status_follows_its_reading(reading, expected):
    """P12: the statuses that receivers see, or the empty one that is printed."""
    phone = Phone(P12=reading)

    phone.play(inbound(), *ANSWERED)

    assert [body["call_status"] for _, body in phone.pushed] == expected


def test_what_is_not_known_is_null_under_its_reading():
    """P13, null: text that is empty otherwise is null; numbers stay 0."""
    phone = Phone(P13="null")

    phone.play(inbound(), *ANSWERED)

    assert [body for _, body in phone.pushed] == [
        {key: None if value == "" else value for key, value in body.items()} for body in (FIRST, FINAL)
    ]


def test_what_is_not_known_is_left_out_under_its_reading():
    """P13, absent: no empty text and no unknown number; what is known to be 0 at the end is there."""
    phone = Phone(P13="absent")

    phone.play(inbound(), *ANSWERED)

    first = {key: value for key, value in FIRST.items() if value not in ("", 0)}
    final = {key: value for key, value in FINAL.items() if value != ""}
    assert [body for _, body in phone.pushed] == [first, final]
    assert final["call_cost"] == 0


gaps = st.integers(0, 4000)


@settings(max_examples=150)
@given(menu=st.none() | gaps, queue=st.none() | gaps, ring=gaps, talk=st.none() | gaps, milliseconds=gaps)
def test_duration_covers_waiting_and_talk(menu, queue, ring, talk, milliseconds):
    """Whatever happens to a call, at whatever split second, the whole is its parts; the rest is the IVR's."""
    phone = Phone()
    at = START + timedelta(milliseconds=milliseconds)
    call = phone.happen(inbound(), Kind.STARTED, at)
    for kind, gap, facts in (
        (Kind.MENU_ENTERED, 0 if menu is not None else None, {}),
        (Kind.QUEUED, menu if queue is not None else None, {"queue": "Suporte"}),
        (Kind.RINGING, queue if queue is not None else (menu or 0), {"extension": "5000"}),
        (Kind.ANSWERED, ring if talk is not None else None, {"extension": "5000"}),
    ):
        at += timedelta(milliseconds=997 * (gap or 0))
        call = phone.happen(call, kind, at, **facts) if gap is not None else call
    phone.happen(call, Kind.ENDED, at + timedelta(milliseconds=997 * (talk or 0)), by=Party.OUTSIDE)

    body = phone.pushed[-1][1]
    rest = body["call_duration"] - body["call_time"] - body["call_time_waiting"]
    assert rest >= 0
    assert rest == 0 or menu is not None
