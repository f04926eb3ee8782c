"""Keeps a load test on this machine and within its time. Knows Locust's events, and no vendor; imports no gevent.

Every address is checked three times: as the run starts, as a user is made (on a worker too), and as a connection
is opened (``pool.py``), because a name may lead elsewhere by then.
"""

from __future__ import annotations

import logging
import socket
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from contracts.egress import Forbidden, Gate, split_url
from contracts.errors import ContractError
from simulator.errors import SimulatorError

if TYPE_CHECKING:
    from locust.argument_parser import LocustArgumentParser
    from locust.env import Environment
    from locust.event import Events

DEFAULT_RUN_TIME = "60s"
LOOPBACK = "127.0.0.1"

log = logging.getLogger(__name__)


def check_host(host: str | None) -> None:
    """Raise Forbidden unless a URL, and every address that its host leads to, is on this machine."""
    if not host:
        raise Forbidden("nothing says where to send to: give --host http://127.0.0.1:PORT/path")
    place = split_url(host)
    for address in _addresses(place.host, place.port):
        check_address(place.host, address)


def check_address(host: str, address: str) -> None:
    """Raise Forbidden unless an address, to which ``host`` leads, is on this machine."""
    try:
        Gate().check_address(host, address)
    except Forbidden as refusal:
        shown = host if host == address else f"{host} leads to {address}, which"
        raise Forbidden(
            f"{shown} is not on this machine: load tests send to loopback only; use --host http://{LOOPBACK}:PORT"
        ) from refusal


def install(events: Events, prepare: Callable[[], object]) -> None:
    """Let a Locust file run only on this machine, for a bounded time, and when ``prepare()`` raises nothing.

    It is called before the run's time begins, so that what it loads costs none of it.
    """

    def begin(environment: Environment, web_ui: Any = None, **_: Any) -> None:
        from gevent import get_hub

        if environment.host:  # else the page or the master gives it, and it is checked as the run starts
            refuse_elsewhere(environment.host)
        _or_exit(prepare)
        _keep_the_page_here(web_ui)
        # The loop's clock stood still meanwhile, and the timer that ends the run would be that much too early.
        get_hub().loop.update_now()

    listeners = (
        (events.init_command_line_parser, _defaults),
        (events.init, begin),
        (events.test_start, _refuse_elsewhere_and_unbounded),
    )
    for event, listener in listeners:
        event.add_listener(listener)  # type: ignore[no-untyped-call]


def refuse_elsewhere(host: str | None) -> None:
    """End the process, with a message, unless a URL is on this machine."""
    _or_exit(lambda: check_host(host))


def _defaults(parser: LocustArgumentParser, **_: Any) -> None:
    # Locust would run for ever, and open its page and its port for workers to every network.
    parser.set_defaults(run_time=DEFAULT_RUN_TIME, headless=True, web_host=LOOPBACK, master_bind_host=LOOPBACK)


def _keep_the_page_here(web_ui: Any) -> None:
    if web_ui is not None:
        _or_exit(lambda: check_host(f"http://{web_ui.host or '0.0.0.0'}:{web_ui.port}"))  # noqa: S104


def _refuse_elsewhere_and_unbounded(environment: Environment, **_: Any) -> None:
    from locust.runners import WorkerRunner

    refuse_elsewhere(environment.host)
    if isinstance(environment.runner, WorkerRunner):  # its master keeps the time
        return
    seconds = getattr(environment.parsed_options, "run_time", None)
    if not seconds:
        raise SystemExit(f"a load test needs an end: give --run-time, such as {DEFAULT_RUN_TIME}")
    if environment.web_ui is not None:
        _stop_after(seconds, environment)
    log.info("this run ends after %s s (--run-time; %s when not given)", seconds, DEFAULT_RUN_TIME)


def _stop_after(seconds: float, environment: Environment) -> None:
    # A run begun on the page has no end when its field for one is left empty.
    import gevent

    runner: Any = environment.runner
    timer = gevent.spawn_later(seconds, runner.stop)
    event: Any = environment.events.test_stop

    def over(**_: Any) -> None:
        event.remove_listener(over)
        if timer is not gevent.getcurrent():
            timer.kill(block=False)

    event.add_listener(over)


def _or_exit(check: Callable[[], object]) -> None:
    try:
        check()
    except (ContractError, SimulatorError) as refusal:
        raise SystemExit(f"load test refused: {refusal}") from None


def _addresses(host: str, port: int) -> list[str]:
    try:
        return [str(info[4][0]) for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    except OSError as trouble:
        raise Forbidden(f"the name {host} does not resolve: check --host, or use {LOOPBACK}") from trouble
