"""Which names a request may come under."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.shell.hosts import AllowedHosts, BadHostName


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "LOCALHOST",
        "localhost:8080",
        "LocalHost:1",
        "localhost.",
        "127.0.0.1",
        "127.0.0.1:80",
        "[::1]",
        "[::1]:80",
    ],
)
def test_host_of_this_machine_is_allowed_in_any_case_with_any_port(host):
    """Loopback names are this server's own."""
    assert AllowedHosts.of().allow_host(host)


@pytest.mark.parametrize(
    "host",
    [
        "",
        ":80",
        "evil.example",
        "localhost.evil.example",
        "evil.example#localhost",
        "localhost@evil.example",
        "localhost:80:80",
        "localhost:80x",
        "127.0.0.1.evil.example",
        "::1",
        "[::1",
        "[::1]x",
        "localhost/",
        "lo calhost",
        ".",
        "host.docker.internal",
    ],
)
def test_host_of_others_is_refused(host):
    """A name that somebody else's DNS can point here is not this server's own."""
    assert not AllowedHosts.of().allow_host(host)


@pytest.mark.parametrize(
    ("given_name", "host"),
    [
        ("host.docker.internal", "HOST.docker.internal:8080"),
        ("PBXSIM:8080", "pbxsim"),
        ("my_service", "my_service:80"),
        ("fd00::1", "[fd00::1]:80"),
        ("[FD00::1]", "[fd00::1]"),
        ("192.0.2.7", "192.0.2.7:9"),
    ],
)
def test_host_given_by_the_user_is_allowed(given_name, host):
    """--allow-host takes a name or address as people write it, beside the loopback names."""
    hosts = AllowedHosts.of([given_name])

    assert hosts.allow_host(host)
    assert hosts.allow_host("localhost")


@pytest.mark.parametrize("name", ["", "*", "http://pbxsim", "pbxsim/", "a b", "user@pbxsim", "*.internal"])
def test_host_given_by_the_user_must_be_a_name(name):
    """What is no host name is refused with an example of one."""
    with pytest.raises(BadHostName) as refused:
        AllowedHosts.of([name])

    assert f"--allow-host {name!r} is not a host name" in str(refused.value)
    assert "for example --allow-host host.docker.internal" in str(refused.value)


@pytest.mark.parametrize(
    "origin", ["http://localhost:3000", "https://LOCALHOST", "http://127.0.0.1:5173", "http://[::1]:80"]
)
def test_origin_of_this_machine_is_allowed(origin):
    """A page that is served from loopback may use the simulator."""
    assert AllowedHosts.of().allow_origin(origin)


@pytest.mark.parametrize(
    "origin",
    [
        "null",
        "",
        "https://evil.example",
        "http://localhost.evil.example",
        "http://localhost@evil.example",
        "http://evil.example/localhost",
        "localhost",
        "file://",
        "http://evil.example#localhost",
    ],
)
def test_origin_of_others_is_refused(origin):
    """A page from elsewhere, or from nowhere, may not."""
    assert not AllowedHosts.of().allow_origin(origin)


def test_refusal_names_the_switch_to_give():
    """The text says what was found, what is allowed and what to do."""
    hosts = AllowedHosts.of()

    assert hosts.refuse_host("PBX.internal:80") == (
        "This simulator does not answer to the host name 'PBX.internal:80'. It answers to 127.0.0.1, [::1], "
        "localhost. Use one of these in the URL, or start it with --allow-host pbx.internal\n"
    )
    assert "--allow-host pages.internal" in hosts.refuse_origin("http://pages.internal:3000")
    assert "--allow-host" not in hosts.refuse_origin("null")


@given(st.text(max_size=400))
def test_any_text_is_judged_without_an_error(text):
    """Whatever a client sends as Host or Origin, the check answers yes or no, and a refusal is short."""
    hosts = AllowedHosts.of()

    assert hosts.allow_host(text) in {True, False}
    assert hosts.allow_origin(text) in {True, False}
    assert len(hosts.refuse_host(text)) < 4000
