"""A request that a fake is asked once more, while something is done wrong on purpose with its answers."""

import pytest

from tests.live import live


def token_asked(running):
    body = {"grant_type": "password", **running.credentials("hubsoft")}
    assert running.ask("POST", "/hubsoft/oauth/token", body).status == 200
    return running.journal_end()


@pytest.mark.parametrize("do", [{"delay": "60s"}, {"late": "60s"}, {"twice": True}, {"status": 503}])
def test_request_that_meets_a_fault_is_answered_at_once(do):
    """A replay does not wait, however long an integration would have to."""
    with live() as running:
        number = token_asked(running)
        fault = {"on": {"vendor": "hubsoft", "answer": "issueToken"}, "do": do}
        assert running.control("POST", "/faults", fault).status == 201

        answer = running.control("POST", f"/journal/{number}/replay")
        (standing,) = running.control("GET", "/faults").json["faults"]
        last = running.journal_end()
        entry = running.control("GET", f"/journal/{last}").json["entry"]

    (flaw,) = do
    assert answer.status == 201
    assert answer.json == {"replayed": number, "after": number, "number": last, "job": None}
    assert (last, standing["struck"]) == (number + (2 if flaw == "twice" else 1), 1)
    assert (entry["id"], entry["operation"], entry["fault"]) == (f"replay of {number}", "issueToken", flaw)
