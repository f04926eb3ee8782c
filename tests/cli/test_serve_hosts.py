"""``pbxsim serve``: at which addresses, for whom, and with which token."""

import socket

import pytest

from tests.cli.running import Started, inside
from tests.cli.serving import TOKEN, UP, ask


def test_port_that_is_taken_gives_the_next_free_one_and_says_so():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with Started("serve", "--port", str(port)) as started:
            said = started.line_with("is taken")
            url = started.url()
            status, _ = ask(f"{url}/_sim/health")

    other = int(url.rsplit(":", 1)[1])
    assert said == f"port {port} is taken; listening on {other} instead"
    assert port < other < port + 20
    assert status == 200


@pytest.mark.parametrize("command", ["serve", "listen"])
@pytest.mark.parametrize("port", ["99999", "-1", "x", ""])
def test_port_that_is_none_is_usage(command, port):
    done = inside(command, "--port", port)

    assert done.code == 2
    assert "--port" in done.err


@pytest.mark.parametrize("command", [("serve", "--control-token", TOKEN), ("listen",)])
@pytest.mark.parametrize("host", ["nobody.invalid", "192.0.2.1", "999.1.1.1"])
def test_host_that_is_not_this_machine_is_the_environments_fault(command, host):
    done = inside(*command, "--port", "0", "--host", host)

    assert done.code == 3
    assert f"cannot listen on {host} port 0" in done.err


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.1", "example.com"])
def test_host_that_others_reach_needs_a_control_token(host):
    done = inside("serve", "--port", "0", "--host", host)

    assert done.code == 2
    assert f"--host {host} can be reached from other machines: give --control-token TOKEN as well" in done.err


def test_host_of_all_addresses_is_served_with_a_control_token_which_is_asked_for():
    words = ("serve", "--port", "0", "--host", "0.0.0.0", "--control-token", TOKEN, "--allow-host", "pbx.example")
    with Started(*words) as started:
        url = started.url()
        started.line_with(UP)
        answers = [ask(f"{url}/_sim/targets", token)[0] for token in (None, "wrong", TOKEN)]
        named, stranger = (ask(f"{url}/_sim/targets", TOKEN, host)[0] for host in ("pbx.example", "evil.example"))

    assert answers == [401, 401, 200]
    assert named == 200
    assert stranger in (400, 403, 421)
    assert "from other machines it answers to pbx.example" in "\n".join(started.lines)


def test_loopback_of_another_number_needs_no_token_and_answers_to_its_own_name():
    with Started("serve", "--port", "0", "--host", "127.0.0.2") as started:
        url = started.line_with("is up at").split()[-1]
        status, _ = ask(f"{url}/_sim/health")

    assert url.startswith("http://127.0.0.2:")
    assert status == 200


def test_control_token_is_taken_from_the_environment():
    with Started("serve", "--port", "0", env={"PBXSIM_CONTROL_TOKEN": TOKEN}) as started:
        url = started.url()

        assert [ask(f"{url}/_sim/targets", token)[0] for token in (None, TOKEN)] == [401, 200]


@pytest.mark.parametrize("token", ["", "a\nb", " a", "ação"])
def test_control_token_that_no_header_carries_is_usage(token):
    done = inside("serve", "--port", "0", "--control-token", token)

    assert done.code == 2
    assert "cannot be sent in a header" in done.err
    assert "ação" not in done.err


@pytest.mark.parametrize("name", ["a b", "", "http://x"])
def test_allowed_host_that_is_no_name_is_usage(name):
    done = inside("serve", "--port", "0", "--allow-host", name)

    assert done.code == 2
    assert "is not a host name" in done.err
