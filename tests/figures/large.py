"""A tenant with many records, over HTTP: what a list of twenty takes, and how long a reset holds others up."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from tests.figures.processes import serving
from tests.live import Client

LARGE, OTHER = "large", "other"
EXTENSIONS = 10_000
RECORDS = 10_000
# The records that an extension comes to: the PBX's, and those that vendors keep of it.
KINDS = ("extension", "digitro.account", "digitro.device", "nextbilling.line", "viacel.extension")
FIRST = 100_000
LONGEST = 300.0
BETWEEN = 1.0  # seconds from reset to reset
CLIENTS, EVERY = 8, 0.08  # so many other clients, and the seconds from a request of one to its next: 100 a second
LIST = ("POST", "/viacel/pabx/api.php")


@dataclass(frozen=True)
class Reset:
    """Milliseconds: of each reset of the large tenant and of a small one, and of another client's requests.

    ``undisturbed`` were sent between the resets, for as long.
    """

    large: list[float]
    small: list[float]
    others: list[float]
    undisturbed: list[float]


def listing(times: int) -> tuple[list[float], list[float]]:
    """Return the milliseconds of each list of twenty, from all over the 10,000, and of the health check beside it."""
    with serving(LONGEST) as (url, _):
        client = Client(url)
        body = _furnished(client, LARGE, EXTENSIONS)
        values, control = [], []
        for number in range(times):
            control.append(_took(client, "GET", "/_sim/health"))
            values.append(_took(client, *LIST, {**body, "pos_registro_inicial": number * EXTENSIONS // times}))
        client.close()
        return values, control


def reset(times: int) -> Reset:
    """Reset the large tenant again and again, each time with its world in place, while other clients ask on."""
    with serving(LONGEST) as (url, _):
        client = Client(url)
        body = _furnished(client, LARGE, RECORDS // len(KINDS))
        found = [client.ask("GET", f"/_sim/records/{kind}?tenant={LARGE}").json["records"] for kind in KINDS]
        assert sum(map(len, found)) >= RECORDS
        _took(client, "POST", "/_sim/tenants", {"name": "small"})
        large, small = [], []
        undisturbed: list[float] = []
        others: list[float] = []

        def resets() -> None:
            _took(client, *LIST, body)  # the first use puts the world in place
            time.sleep(BETWEEN / 2)
            small.append(_took(client, "POST", "/_sim/reset?tenant=small"))
            large.append(_took(client, "POST", f"/_sim/reset?tenant={LARGE}"))
            time.sleep(BETWEEN / 2)

        theirs = _furnished(client, OTHER, 0) | {"acao": "listar_regioes"}
        for _ in range(times):
            undisturbed += _meanwhile(url, theirs, lambda: time.sleep(BETWEEN))
            others += _meanwhile(url, theirs, resets)
        client.close()
        return Reset(large, small, others, undisturbed)


def _furnished(client: Client, tenant: str, extensions: int) -> dict[str, object]:
    """Make a tenant with so many extensions of its own, and return the body that lists them."""
    made = client.ask("POST", "/_sim/tenants", {"name": tenant})
    world = {"extensions": [{"number": str(FIRST + number)} for number in range(extensions)]}
    assert client.ask("PUT", f"/_sim/world?tenant={tenant}", world).status == 200
    body = {"autenticacao": made.json["credentials"]["viacel"], "acao": "listar_ramais", "pos_registro_inicial": 0}
    found = client.ask(*LIST, body).json
    assert found["qtd_resultados_retornados"] == 20
    assert found["qtd_total_resultados"] >= extensions
    return body


def _meanwhile(url: str, body: dict[str, object], work: Callable[[], None]) -> list[float]:
    """Return the milliseconds of each request of other clients while something is done."""
    done = threading.Event()
    values: list[float] = []
    clients = [threading.Thread(target=_ask_on, args=(url, body, n, done, values)) for n in range(CLIENTS)]
    for each in clients:
        each.start()
    try:
        work()
    finally:
        done.set()
        for each in clients:
            each.join()
    return values


def _ask_on(url: str, body: dict[str, object], place: int, done: threading.Event, values: list[float]) -> None:
    """Ask at fixed times, and count from then: a request that is held up does not put off the measure of the next.

    Every second client is a vendor's, which is answered when its journal entry is on disk.
    """
    client = Client(url)
    asked = (*LIST, body) if place % 2 else ("GET", "/_sim/health")
    due = time.perf_counter() + EVERY * place / CLIENTS
    while not done.wait(max(0.0, due - time.perf_counter())):
        assert client.ask(*asked).status == 200
        values.append((time.perf_counter() - due) * 1000)
        due += EVERY
    client.close()


def _took(client: Client, method: str, path: str, body: object = None) -> float:
    began = time.perf_counter()
    answer = client.ask(method, path, body)
    took = (time.perf_counter() - began) * 1000
    assert answer.status in (200, 201), answer.text
    return took
