"""A command of one of Dígitro's devices, and what came of it."""

from tests.core import run
from tests.vendors.digitro_stage import stage


def commanded(slug, device, *before, **fields):
    """Return the status of a device's command on a call with these events, the call then, and what is told of it."""

    async def work():
        async with stage() as on:
            call = on.call(*before)
            await on.told()
            status, _ = await on.command(slug, call, device, **fields)
            return status, on.now(call), await on.told()

    return run(work())
