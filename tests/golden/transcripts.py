"""Plays a scenario under a fixed seed and writes down what each vendor said of it, a line of JSON a message.

Vendors that push or announce are heard while it is played; the others are asked for their list of calls at its end.
Last stands what each of them was silent about.
``python -m tests.golden.transcripts`` writes the files anew: read the difference before you commit it.
"""

from __future__ import annotations

import asyncio
import json
from contextlib import AsyncExitStack
from dataclasses import asdict
from pathlib import Path

from contracts.model import Direction, Exchange
from scenarios.loader import library
from simulator.app import Simulator
from simulator.cli.playing import built_in_targets
from simulator.runs.verdicts import Verdict
from simulator.tenancy.tenants import FIRST_MORNING
from simulator.tenancy.transactions import Transaction
from tests.core import entries, play, run, running
from tests.live import Client

HERE = Path(__file__).parent
SEED = "golden"
READINGS = {"viacel": {"V15": "lenient"}}  # without it there is no list of calls


def path_of(scenario: str) -> Path:
    """Return the file of a scenario."""
    return HERE / f"{scenario}.jsonl"


def transcript(scenario: str) -> str:
    """Return what is said of a scenario, as it stands in its file."""

    async def work() -> list[dict[str, object]]:
        async with AsyncExitStack() as stack:
            simulator = await stack.enter_async_context(running(seed=SEED, listen=True, readings=READINGS))
            await stack.enter_async_context(built_in_targets(simulator, show=False))
            _open_channel(simulator)
            verdict = await play(simulator, scenario)
            assert verdict.exit_code == 0, verdict
            told = [entry.exchange for entry in entries(simulator.default) if _is_told(entry.exchange)]
            # Which of several targets is sent to first at one moment is nobody's promise.
            told.sort(key=lambda exchange: (exchange.at, exchange.vendor, exchange.job))
            return [*map(_told, told), *await asyncio.to_thread(_lists, simulator), *_silent(verdict)]

    return "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in run(work()))


def _open_channel(simulator: Simulator) -> None:
    tx = Transaction(simulator.default, simulator.store, "digitro")
    simulator.pbx.announcer.open(tx, "digitro")
    tx.commit()


def _is_told(exchange: Exchange) -> bool:
    return exchange.direction is Direction.SENT and exchange.message not in (None, "opened")


def _told(exchange: Exchange) -> dict[str, object]:
    assert exchange.at is not None
    line: dict[str, object] = {
        "vendor": exchange.vendor,
        "message": exchange.message,
        "at": (exchange.at - FIRST_MORNING).total_seconds(),
        "body": json.loads(exchange.request.body),
    }
    return line | ({"fault": exchange.fault} if exchange.fault else {})


def _lists(simulator: Simulator) -> list[dict[str, object]]:
    assert simulator.server is not None
    sets = simulator.default.profile.credentials
    client = Client(simulator.server.url, {})
    try:
        token, key = (sets["nextbilling"][f"master_{name}"] for name in ("token", "key"))
        calls = client.ask("GET", f"/nextbilling/api/cdr/{token}/{key}").json
        question = {"acao": "listar_historico_chamada", "autenticacao": dict(sets["viacel"])}
        history = client.ask("POST", "/viacel/pabx/api.php", question).json
    finally:
        client.close()
    return [{"vendor": "nextbilling", "list": calls}, {"vendor": "viacel", "list": history}]


def _silent(verdict: Verdict) -> list[dict[str, object]]:
    return [{"vendor": key, "silent": asdict(silence)} for key, silence in verdict.silences.items()]


if __name__ == "__main__":
    for name in library():
        path_of(name).write_text(transcript(name), "utf-8")
        print(path_of(name))
