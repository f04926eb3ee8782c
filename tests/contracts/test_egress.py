"""The egress gate."""

import re
import socket

import pytest

from contracts.egress import MAX_HOST, MAX_URL, Forbidden, Gate, split_url

NAMED = Gate(["crm.example"])


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:9000/push",
        "https://127.8.9.10/",
        "http://[::1]:9000/push?a=1",
        "http://[::ffff:127.0.0.1]/",
        "HTTP://LOCALHOST:80",
    ],
)
def test_gate_is_open_for_loopback(url):
    """Loopback needs no naming, in whatever form it is written."""
    Gate().check_url(url)


@pytest.mark.parametrize(
    "url", ["http://192.168.1.5/", "http://8.8.8.8/", "http://[2606:4700::1111]/", "http://[::ffff:8.8.8.8]/"]
)
def test_gate_refuses_an_unnamed_address_and_says_what_to_do(url):
    """An address that was not named is refused before anything is looked up, with the remedy."""
    with pytest.raises(Forbidden, match="name it with --target"):
        Gate().check_url(url)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "ftp://127.0.0.1/",
        "file:///etc/passwd",
        "127.0.0.1:9000",
        "http:///push",
        "http://:9000/",
        "http://user:secret@127.0.0.1/",
        "http://127.0.0.1@evil.example/",
        "http://127.0.0.1\\@evil.example/",
        "http://127.0.0.1/ push",
        "http://127.0.0.1/\r\nHost: evil.example",
        "http://127.0.0.1:0/",
        "http://127.0.0.1:65536/",
        "http://127.0.0.1:9000#part",
        "http://[::1/",
        "http://[fe80::1%25eth0]/",
        "http://[:::]/",
        "http://127.1/",
        "http://2130706433/",
        "http://0x7f000001/",
        "http://0x7f.1/",
        "http://127.0.0.01/",
        "http://ação.example/",
        "http://127.0.0.1/ação",
    ],
)
def test_gate_refuses_a_url_that_two_parsers_could_read_differently(url):
    """Only plain http and https URLs pass, without user, fragment, or anything that must be encoded."""
    with pytest.raises(Forbidden):
        Gate().check_url(url)


def test_gate_never_repeats_a_secret_of_a_url():
    """The password of a refused URL is not in the error."""
    with pytest.raises(Forbidden) as refusal:
        Gate().check_url("http://user:hunter2@127.0.0.1/")

    assert "hunter2" not in str(refusal.value)


@pytest.mark.parametrize(("length", "passes"), [(MAX_URL, True), (MAX_URL + 1, False)])
def test_gate_limits_the_length_of_a_url(length, passes):
    """A URL of the limit passes, and one character more does not."""
    url = "http://127.0.0.1/".ljust(length, "x")

    assert _passes(Gate(), url) is passes


@pytest.mark.parametrize(("length", "passes"), [(MAX_HOST, True), (MAX_HOST + 1, False)])
def test_gate_limits_the_length_of_a_host(length, passes):
    """A host of the limit passes the syntax check, and one character more does not."""
    assert _passes(Gate(), f"http://{'h' * length}/") is passes


def test_gate_judges_the_address_that_a_name_leads_to():
    """An unnamed host may lead to loopback, and nowhere else."""
    gate = Gate()

    gate.check_address("printer.lan", "127.0.0.1")
    gate.check_address("printer.lan", "::1")
    with pytest.raises(Forbidden, match=re.escape("printer.lan leads to 10.0.0.7")):
        gate.check_address("printer.lan", "10.0.0.7")


@pytest.mark.parametrize("host", ["crm.example", "CRM.example", "crm.example."])
def test_gate_is_open_for_a_named_host(host):
    """A named host may lead to any server, and case and a final dot make no other host of it."""
    NAMED.check_address(host, "203.0.113.9")
    NAMED.check_address(host, "192.168.1.5")
    NAMED.check_address(host, "2606:4700::1111")
    NAMED.check_address(host, "64:ff9b::203.0.113.9")


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0",
        "0.1.2.3",
        "100.100.100.200",
        "168.63.129.16",
        "169.254.169.254",
        "169.254.0.1",
        "192.0.0.192",
        "192.88.99.1",
        "224.0.0.1",
        "239.255.255.250",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::8.8.8.8",
        "::ffff:169.254.169.254",
        "64:ff9b::169.254.169.254",
        "64:ff9b::127.0.0.1",
        "64:ff9b:1::1",
        "2001::1",
        "2002:a9fe:a9fe::1",
        "fd00:ec2::254",
        "fe80::1",
        "fe80::1%lo",
        "fec0::1",
        "ff02::1",
        "crm.example",
        "",
    ],
)
def test_gate_is_never_open_for_an_address_that_is_nobodys_server(address):
    """Link-local, multicast, unspecified and metadata addresses are refused for a named host too."""
    with pytest.raises(Forbidden):
        NAMED.check_address("crm.example", address)


def test_gate_named_with_a_port_is_open_for_that_port_alone():
    """host:port opens one port, and host alone every port."""
    gate = Gate(["10.0.0.7:8443", "10.0.0.8", "[2606:4700::1]:81", "2606:4700::2"])

    assert _passes(gate, "https://10.0.0.7:8443/")
    assert not _passes(gate, "https://10.0.0.7/")
    assert _passes(gate, "http://10.0.0.8:1234/")
    assert _passes(gate, "http://[2606:4700:0::1]:81/")
    assert not _passes(gate, "http://[2606:4700::1]/")
    assert _passes(gate, "http://[2606:4700::2]/")


def test_gate_opened_for_a_url_leaves_the_old_gate_as_it_was():
    """allow_url gives a gate that is open for the URL's host and port, the scheme's own port included."""
    gate = Gate()

    wider = gate.allow_url("https://10.0.0.7/push")

    assert _passes(wider, "https://10.0.0.7:443/other")
    assert not _passes(wider, "http://10.0.0.7/push")
    assert not _passes(gate, "https://10.0.0.7/push")


def test_gate_cannot_be_opened_for_a_metadata_service():
    """Naming a forbidden address is an error at once."""
    with pytest.raises(Forbidden, match="metadata"):
        Gate().allow_url("http://169.254.169.254/latest/")


@pytest.mark.parametrize("text", ["", "a b", "http://crm.example", "crm.example:0", "crm.example:x", "@"])
def test_gate_refuses_to_be_opened_for_what_is_no_host(text):
    """A place is a host, or a host and a port."""
    with pytest.raises(Forbidden):
        Gate([text])


def test_socket_factory_opens_no_socket_to_a_forbidden_address():
    """The factory judges the address that it was asked for, and not the name."""
    make = Gate().socket_factory("crm.example", 80)

    with make((socket.AF_INET, socket.SOCK_STREAM, 0, "", ("127.0.0.1", 80))) as opened:
        assert opened.family == socket.AF_INET
    with pytest.raises(Forbidden):
        make((socket.AF_INET, socket.SOCK_STREAM, 0, "", ("203.0.113.9", 80)))


def test_split_url_gives_the_parts_of_a_url():
    """The host is without brackets, the port the scheme's where none is written, path and query are apart."""
    place = split_url("https://[::1]/a%2Fb?c=d?e")

    assert (place.scheme, place.host, place.port, place.path, place.query) == (
        "https",
        "::1",
        443,
        "/a%2Fb",
        "c=d?e",
    )


def _passes(gate, url):
    try:
        gate.check_url(url)
    except Forbidden:
        return False
    return True
