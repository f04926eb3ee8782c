"""What ``pbxsim record`` makes up: nothing real is left, and what would leak is not written."""

import json

import pytest

from scenarios.loader import load_text
from simulator.cli.record import WouldLeak, look_through
from simulator.clock import Mode
from simulator.recording.masks import Masks
from simulator.telephony.phones import LineKind, kind, split
from simulator.worlds.world import parse_world
from tests.cli.recorded import (
    CNPJ,
    CPF,
    LANDLINE,
    ORDER,
    OTHER_PHONE,
    REAL_PHONE,
    SECRET,
    SESSION,
    at,
    happened,
    peer,
    recorded,
)
from tests.live import live
from tests.receiver import Receiver


def test_nothing_real_is_left_in_what_is_written(session):
    """Neither phones in any form, documents, order numbers, names, addresses nor tokens."""
    made, before = session
    text = (made["scenario"] + made["world"]).lower()
    phones = (REAL_PHONE, OTHER_PHONE, LANDLINE, "3130305050", "1130306060")

    real = [*phones, *(phone[2:] for phone in phones), CPF, CNPJ, ORDER]
    real += ["Joaquina", "Exemplar", "Bento", "Verdadeiro", "real.example", SECRET, "the-login-token", "two-secret"]
    assert [value for value in real if value.lower() in text] == []
    assert CPF in json.dumps(before)  # it was there to be left


def test_one_real_value_has_one_made_up_value_of_its_kind(session):
    made, _ = session
    steps = load_text(made["scenario"], "recorded.yaml").steps
    customer = parse_world(made["world"], "world.yaml").records["customer"]["70001"]
    by_call = {step.call: step.fields for step in steps if step.begins and "as" not in step.fields}

    caller = by_call["A"]["from"]
    assert (by_call["D"]["from"], by_call["E"]["to"], by_call["F"]["to"])[1:] == (caller, caller)
    assert customer["phones"] == [caller, by_call["D"]["from"]]
    assert (kind(caller), split(caller).area) == (LineKind.MOBILE, "31")
    assert (kind(by_call["D"]["from"]), split(by_call["D"]["from"]).area) == (LineKind.LANDLINE, "31")
    typed = [step.fields["digits"] for step in steps if step.verb in ("type_document", "type_order")]
    assert [len(digits) for digits in typed] == [11, 8, 14]
    assert customer["document"] == typed[0]
    assert customer["email"].endswith(("@example.com", "@example.org"))


def test_what_is_made_up_hangs_on_the_seed_and_nothing_else(session):
    with Receiver() as receiver, peer() as erp, at(receiver, erp) as running_one:
        happened(running_one)
        same = recorded(running_one, "--world", "/dev/null")
        other = recorded(running_one, "--seed", "another")

    assert same == session[0]
    assert other["scenario"] != same["scenario"]


@pytest.mark.parametrize("words", [(), ("--world", "/dev/null")], ids=["scenario", "world"])
def test_name_in_what_goes_with_a_call_is_made_up(words):
    """The same one as in the world that is written."""
    attached = "- attach: {call: one, data: 'Cliente: JOAQUINA Exemplar da Silva, de Bento Verdadeiro'}\n"
    text = SESSION.replace("- {after: 30s, transfer:", attached + "  - {after: 30s, transfer:")
    with live(clock=Mode.JUMPING) as running_one:
        happened(running_one, text)
        made = recorded(running_one, *words)

    written = (made["scenario"] + (made["world"] or "")).lower()
    assert [name for name in ("joaquina", "exemplar", "bento", "verdadeiro") if name in written] == []
    assert "cliente: " in written


def test_what_would_leak_is_told_and_not_written():
    masks = Masks("1", ["Joaquina Exemplar"], ["suporte"])

    with pytest.raises(WouldLeak, match=r"would stand in it: 'Joaquina Exemplar'; try another --seed, or leave out"):
        look_through(masks, [{"choose": {"option": "joaquina exemplar"}}], {"queues": [{"name": "suporte"}]})
