"""``pbxsim vendors`` and ``pbxsim credentials``: what is there, and what to use."""

import json

import pytest

from contracts.contract import discover, load
from tests.cli.overlays import impossible
from tests.cli.running import inside
from tests.live import live
from tests.receiver import Receiver, Reply


def test_vendors_lists_every_operation_with_how_it_is_known():
    done = inside("vendors")

    assert done.code == 0
    for key in discover():
        contract = load(key)
        assert f"{contract.title} ({key})" in done.out
        for operation in contract.operations.values():
            assert (operation.path or f"push {operation.id}") in done.out
            assert operation.provenance.source in done.out


def test_vendors_says_first_how_much_of_each_vendor_is_documented():
    """Of Dígitro four commands and one event, which is said before any of them is listed."""
    titles = [line for line in inside("vendors").out.splitlines() if "; in detail: " in line]

    assert len(titles) == len(discover())
    assert "Dígitro (digitro): operations: 5 documented, 43 inferred" in titles[0]


def test_discrepancies_are_listed_with_their_readings_when_asked():
    plain, full = inside("vendors"), inside("vendors", "--discrepancies")

    for key in discover():
        for found in load(key).discrepancies.values():
            assert f"  {found.id}: {found.title}" in full.out
            assert f"  {found.id}: {found.title}" not in plain.out
            assert all(f"      {reading}" in full.out for reading in found.readings)
    assert ("  POST  " in plain.out, "  POST  " in full.out) == (True, False)


def test_json_of_vendors_has_operations_discrepancies_and_the_exit_code():
    done = inside("vendors", "--json")

    assert done.code == done.json["exit_code"] == 0
    assert set(done.json["vendors"]) == set(discover())
    for key, record in done.json["vendors"].items():
        assert {o["operation"] for o in record["operations"]} == set(load(key).operations)
        assert set(record["discrepancies"]) == set(load(key).discrepancies)


def test_control_api_says_of_the_vendors_what_the_command_says():
    with live() as simulator:
        answer = simulator.control("GET", "/vendors")

    assert {vendor["key"]: vendor for vendor in answer.json["vendors"]} == inside("vendors", "--json").json["vendors"]


def test_vendors_takes_contracts_of_the_users_own(tmp_path):
    done = inside("vendors", "--contracts", impossible(tmp_path, "inferred"))

    assert done.code == 0


def test_credentials_are_those_of_the_tenant_that_is_named():
    with live() as running:
        made = running.make_tenant("ana")["credentials"]

        default = inside("credentials", "--url", running.url)
        named = inside("credentials", "--url", running.url, "--tenant", "ana", "--json")

    assert default.code == named.code == 0
    assert named.json == {"tenant": "ana", "credentials": made, "exit_code": 0}
    assert made["hubsoft"]["client_id"] not in default.out
    assert "client_id" in default.out


def test_credentials_of_an_unknown_tenant_are_usage_and_say_who_there_is():
    with live() as running:
        done = inside("credentials", "--url", running.url, "--tenant", "nobody")

    assert done.code == 2
    assert "there is no tenant 'nobody'" in done.err


def test_credentials_ask_with_the_control_token():
    with live(control_token="s3cret") as running:
        codes = [
            inside("credentials", "--url", running.url, *more).code
            for more in ((), ("--control-token", "wrong"), ("--control-token", "s3cret"))
        ]
        refused = inside("credentials", "--url", running.url)

    assert codes == [2, 2, 0]
    assert "give --control-token, or set PBXSIM_CONTROL_TOKEN" in refused.err


@pytest.mark.parametrize(
    "url", ["ftp://x", "127.0.0.1:8055", "http://", "http://[::1", "http://127.0.0.1:99999", "http://127.0.0.1:x", ""]
)
def test_url_that_is_none_is_usage(url):
    done = inside("credentials", "--url", url)

    assert done.code == 2
    assert "write http://HOST:PORT" in done.err


@pytest.mark.parametrize("url", ["http://127.0.0.1:1", "http://nobody.invalid"])
def test_simulator_that_is_not_there_is_the_environments_fault(url):
    done = inside("credentials", "--url", url, "--json")

    assert done.code == done.json["exit_code"] == 3
    assert f"no simulator answers at {url}" in done.err
    assert "start one with pbxsim serve" in done.err


@pytest.mark.parametrize(
    "answer",
    [
        200,
        404,
        500,
        Reply(200, b"<html>"),
        Reply(200, b"[" * 99_999),
        Reply(raw=b"no HTTP\r\n\r\n"),
        Reply(reset=True),
    ],
    ids=["json", "404", "500", "html", "brackets", "no_http", "reset"],
)
def test_something_else_at_the_url_is_the_environments_fault(answer):
    with Receiver(otherwise=answer) as receiver:
        done = inside("credentials", "--url", receiver.url)

    assert done.code == 3
    assert f"no simulator answers at {receiver.url}" in done.err


@pytest.mark.parametrize("token", ["a\nb", "ação"])
def test_control_token_that_no_header_carries_is_usage_and_not_repeated(token):
    done = inside("credentials", "--control-token", token)

    assert done.code == 2
    assert token not in done.err


def test_secrets_go_to_the_output_alone():
    """What is shown was made by the simulator, and asked for; nothing of it is an error text."""
    with live() as running:
        done = inside("credentials", "--url", running.url, "--json")

    assert json.loads(done.out)["credentials"]["hubsoft"]["client_secret"]
    assert done.err == ""
