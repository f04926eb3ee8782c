"""What Dígitro's contract, and its readings, say of the event channel is what is sent."""

from pathlib import Path

import pytest

from contracts.contract import HOME, load
from simulator.app import build
from simulator.delivery.announcing import BrokenBlock, Wording
from simulator.settings import Settings
from tests.core import run
from tests.event_stream import streaming
from tests.vendors.digitro_telling import OPENING, inbound
from tests.vendors.digitro_world import ON_CALL, fake


def overlay(tmp_path: Path, **changes: str) -> Path:
    """Lay a corrected openapi.yaml over the shipped one: old text to new."""
    text = (HOME / "digitro" / "openapi.yaml").read_text("utf-8")
    for old, new in changes.values():
        assert old in text
        text = text.replace(old, new)
    (tmp_path / "digitro").mkdir()
    (tmp_path / "digitro" / "openapi.yaml").write_text(text, "utf-8")
    return tmp_path


def test_key_names_and_keep_alive_are_data_of_the_contract(tmp_path):
    """A user's corrected copy moves the path, renames events, and sets what goes over an idle channel, and when."""
    changed = overlay(
        tmp_path,
        path=("  /events:\n", "  /canal/abrir:\n"),
        name=("callStarted: EVENTO_DE_INICIO_DE_CHAMADA", "callStarted: NOVA_CHAMADA"),
        pulse=('keep-alive: ": keep-alive"\n  seconds: 15', 'keep-alive: "data: {}"\n  seconds: 0.01'),
    )

    async def work():
        async with (
            fake(contracts=changed) as pbx,
            streaming(pbx.port, "/digitro/canal/abrir", f"x-api-key: {pbx.key}") as stream,
        ):
            seen = [await stream.next() for _ in range(2)]
            inbound(pbx)
            while not (event := await stream.next()).name:
                pass
            return seen, event.name

    (opening, idle), name = run(work())

    assert (opening.name, idle.name, idle.data, name) == (OPENING, "", {}, "NOVA_CHAMADA")


def test_inferred_command_moves_to_where_a_corrected_contract_has_it(tmp_path):
    """Who knows the real path of a command writes it down: it is served there, and no longer at ours."""
    changed = overlay(tmp_path, slug=("/requests/{channelID}/coloca-espera:", "/requests/{channelID}/segura-chamada:"))

    async def work():
        async with fake(contracts=changed) as pbx, pbx.opened() as (_, channel):
            moved = await pbx.command("segura-chamada", ON_CALL, channel)
            unchecked = await pbx.command("segura-chamada", {**ON_CALL, "SENHA_DISPOSITIVO": "0"}, channel)
            return moved[0], unchecked[0], (await pbx.command("coloca-espera", ON_CALL, channel))[0]

    assert run(work()) == (200, 403, 404)


def test_keep_alive_is_as_the_reading_of_d3_says():
    """A comment, or an event without a name; both every fifteen seconds."""
    contract = load("digitro")

    wordings = [Wording.of(contract, contract.choose({"D3": name})) for name in contract.discrepancies["D3"].readings]

    assert [(w.idle, w.seconds) for w in wordings] == [(b": keep-alive\n\n", 15), (b"data: {}\n\n", 15)]


def test_farewell_is_left_out_with_what_is_inferred():
    """Of the events the opening one alone is documented: without the rest a channel ends, and says nothing."""

    async def work():
        async with fake(switches={"digitro": {"inferred": "off"}}) as pbx, pbx.opened() as (stream, _):
            pbx.simulator.reset("default")
            return await stream.over()

    assert run(work())


def test_id_key_is_as_the_reading_of_d4_says():
    """It changes what goes over the channel of a tenant, and what its contract asks for."""

    async def work():
        async with fake(readings={"digitro": {"D4": "channelID"}}) as pbx, pbx.channel() as stream:
            opening = (await stream.next()).data
            status, _ = await pbx.command("detectar-cifras-dtmf", ON_CALL, opening["channelID"])
            return status, set(opening), [v for e in pbx.tenant.journal.after(0, 9) for v in e.verdict.violations]

    assert run(work()) == (200, {"EVENTO", "channelID"}, [])


def test_broken_block_is_said_at_the_start(tmp_path):
    changed = overlay(tmp_path, closed=("  closed: channelClosed", "  closed: nothing"))

    with pytest.raises(BrokenBlock, match="nothing is not both"):
        build(Settings(port=0, contracts=changed))
