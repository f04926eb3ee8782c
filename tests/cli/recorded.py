"""A session with everything in it, real names and numbers too, and what record writes of it."""

from simulator.clock import Mode
from tests.cli.running import inside
from tests.core import pbx55
from tests.live import Live, live
from tests.receiver import Receiver
from tests.vendors.hubsoft_peer import CANCELLED, NOTIFIED, granted, hubsoft

REAL_PHONE, OTHER_PHONE, LANDLINE = "31987651234", "21998761111", "3132215678"
CPF, CNPJ, ORDER = "52998224725", "11222333000181", "99887766"
SECRET = "the-receivers-own-token"
WORLD = {
    "customers": [
        {
            "id": "501",
            "name": "Joaquina Exemplar da Silva",
            "document": CPF,
            "email": "joaquina@real.example",
            "phones": [REAL_PHONE, LANDLINE],
        }
    ],
    "users": [{"id": "bento", "name": "Bento Verdadeiro", "email": "bento@real.example"}],
    "extensions": [{"number": "2001", "name": "Bento Verdadeiro", "user": "bento"}],
    "numbers": [{"number": "553130305050"}, {"number": "551130306060"}],
    "queues": [{"name": "plantao", "extensions": ["2001", "111"]}],
}
SESSION = f"""
scenario: session
title: All that a scenario can say
steps:
  - inbound: {{call: one, from: "{REAL_PHONE}", to: "551130306060"}}
  - {{after: 2s, menu: {{call: one}}}}
  - {{after: 3s, choose: {{call: one, option: "2"}}}}
  - {{after: 1500ms, type_document: {{call: one, digits: "{CPF}"}}}}
  - {{after: 1s, type_order: {{call: one, digits: "{ORDER}"}}}}
  - {{after: 1s, queue: {{call: one, queue: plantao}}}}
  - {{after: 1s, ring: {{call: one, extension: "2001"}}}}
  - {{after: 9s, no_answer: {{call: one, extension: "2001"}}}}
  - {{after: 1s, ring: {{call: one, extension: "111"}}}}
  - outbound: {{call: two, extension: "113", to: "{OTHER_PHONE}"}}
  - {{after: 3s, answer: {{call: one}}}}
  - {{after: 1s, ring: {{call: two}}}}
  - {{after: 1s, hold: {{call: one}}}}
  - {{after: 1s, resume: {{call: one}}}}
  - {{after: 1s, busy: {{call: two}}}}
  - {{after: 30s, transfer: {{call: one, to: "112", as: three}}}}
  - {{after: 1s, ring: {{call: three, extension: "112"}}}}
  - {{after: 2s, answer: {{call: three}}}}
  - inbound: {{call: four, from: "{LANDLINE}"}}
  - {{after: 2s, menu: {{call: four}}}}
  - {{after: 2s, type_document: {{call: four, digits: "{CNPJ}"}}}}
  - {{after: 61s, hangup: {{call: three, by: inside}}}}
  - {{after: 1s, hangup: {{call: four, by: outside}}}}
  - sms: {{call: five, extension: "111", to: "{REAL_PHONE}", text: "oi"}}
  - outbound: {{call: six, extension: "114", to: "{REAL_PHONE}"}}
  - {{after: 1s, ring: {{call: six}}}}
  - {{after: 1s, refuse: {{call: six}}}}
"""


# The same on a world that every tenant has.
PLAIN = SESSION.replace("2001", "115").replace("plantao", "suporte").replace(', to: "551130306060"', "")


def targets(receiver, erp):
    return pbx55(receiver, token=SECRET), hubsoft(erp)


def at(receiver, erp):
    return live(clock=Mode.JUMPING, targets=targets(receiver, erp))


def peer():
    # Login, then what rings and what no longer does.
    return Receiver([granted("the-login-token"), NOTIFIED, CANCELLED], otherwise=NOTIFIED)


def recorded(session: Live, *words) -> dict:
    done = inside("record", "--url", session.url, "--json", *words)
    assert done.code == 0, done.said
    return done.json


def happened(session: Live, text: str = SESSION, world=WORLD) -> None:
    """Let a scenario happen to the tenant default, to its end."""
    if world is not None:
        assert session.control("PUT", "/world", world).status == 200
    begun = session.control("POST", "/runs", {"text": text})
    assert begun.status == 201, begun.text
    while session.control("GET", f"/runs/{begun.json['id']}", wait=20).json["status"] == "running":
        pass
