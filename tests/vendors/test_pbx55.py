"""55PBX's pushes: what they say of each kind of call."""

from decimal import Decimal

import pytest

from simulator.telephony.calls import Call, Cause, Direction, Kind, Medium, Party
from simulator.vendors.pbx55 import VENDOR
from simulator.vendors.pbx55.messages import UnknownTransfer
from tests.vendors.pbx55_phone import ANSWERED, AUDIO, FINAL, FIRST, LINE, MOBILE, Phone, inbound, outbound, transfer


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
