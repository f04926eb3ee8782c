"""What is Campainha's alone; what every vendor keeps is in ``test_conformance.py``."""

from tests.live import live
from tests.receiver import Receiver

ROUTE = ("POST", "/campainha/v1/toques")


def test_bell_rings_and_the_ring_is_remembered():
    with live() as running:
        headers = running.credentials("campainha")

        answer = running.ask(*ROUTE, {"ramal": "111", "vezes": 2}, headers)

        assert (answer.status, answer.json) == (200, {"status": "tocando", "toque": 1})
        assert running.records("campainha.ring") == [{"id": 1, "extension": "111", "times": 2, "note": ""}]


def test_unknown_extension_is_refused_in_the_manuals_words():
    with live() as running:
        answer = running.ask(*ROUTE, {"ramal": "99"}, running.credentials("campainha"))

    assert (answer.status, answer.json) == (400, {"status": "recusado", "motivo": "Ramal inexistente"})


def test_extension_may_be_a_number_where_the_tenant_reads_the_second_edition():
    with live() as running:
        strict = running.ask(*ROUTE, {"ramal": 111}, running.credentials("campainha"))
        lenient = running.make_tenant("lenient", readings={"campainha": {"C1": "lenient"}})["credentials"]["campainha"]

        assert strict.json == {"status": "recusado", "motivo": "Campo inválido: ramal"}
        assert running.ask(*ROUTE, {"ramal": 111}, lenient).status == 200


def test_call_that_begins_is_told_to_the_target_with_its_token():
    with Receiver() as receiver, live() as running:
        target = {"vendor": "campainha", "url": f"{receiver.url}/avisos", "token": "t0ken-of-the-receiver"}
        assert running.control("POST", "/targets", target).status == 201

        running.control("POST", "/calls", {"from": "37999912222"})

        (push,) = receiver.wait(1)
        assert push.json["telefone"] == "5537999912222"
        assert push.header("authorization") == "Bearer t0ken-of-the-receiver"
