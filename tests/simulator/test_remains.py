"""What a run has left behind is held against what it should have: by its real values, and shown without its secrets."""

from tests.core import played, story

DEVICE = """
scenario: a
title: Nobody has changed a password
steps:
  - inbound: {{call: A, from: "37999912222"}}
expect:
  - state: {{record: digitro.device, where: {{extension: "111", password: "{password}"}}, times: 1}}
"""


def test_secret_is_compared_by_its_value():
    verdict, _ = played(story(DEVICE.format(password="4567")))

    assert verdict.missed == ()


def test_secret_is_not_shown_where_it_is_another():
    verdict, _ = played(story(DEVICE.format(password="0000")))

    (missed,) = verdict.missed
    assert missed.near_misses[0] == "password is '[redacted:password]', not '0000'"
    assert "4567" not in str(missed)


def test_no_secret_of_any_vendor_is_shown():
    """A trunk's and an extension's, under the names of another vendor's contract."""
    for kind, field in (("viacel.trunk", "senha"), ("viacel.extension", "senha_sip"), ("viacel.company", "senha")):
        text = DEVICE.replace("digitro.device", kind).replace('extension: "111", password', field)
        verdict, _ = played(story(text.format(password="0000")))

        (missed,) = verdict.missed
        assert missed.near_misses[0].startswith(f"{field} is '[redacted:"), missed


def test_secret_of_a_record_that_should_not_be_there_is_not_shown():
    text = DEVICE.replace(', password: "{password}"', "").replace("times: 1", "times: 2").replace("{{", "{")
    few, _ = played(story(text.replace("}}", "}")))
    text = text.replace("- state:", "- not_state:").replace(", times: 2", "")
    there, _ = played(story(text.replace("}}", "}")))

    (missed,), (present,) = few.missed, there.missed
    assert missed.near_misses[0].startswith("as expected: number '111', extension '111'")
    assert present.text == "not_state digitro.device with extension 111: expected none, found 1"
    assert present.near_misses[0].startswith("there is one: number '111', extension '111'")
    assert "4567" not in f"{missed}{present}"
