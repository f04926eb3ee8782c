"""``pbxsim listen``: it prints, judges and keeps what arrives, and answers as told."""

import json
import signal
import urllib.error
import urllib.request

import pytest

from contracts.contract import discover
from tests.cli.overlays import impossible
from tests.cli.running import Started, inside


def push(url, body=b"{}", method="PUT"):
    """Send a push and return the status of the answer."""
    request = urllib.request.Request(url, body, {"content-type": "application/json"}, method=method)
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        with error:
            return error.code


@pytest.fixture(scope="module")
def sent(tmp_path_factory):
    """The bodies of a transferred call's five pushes."""
    file = tmp_path_factory.mktemp("sent") / "journal.jsonl"
    inside("run", "transferred_inbound", "--journal", file)
    records = [json.loads(line) for line in file.read_text().splitlines()]
    return [record["request"]["body"].encode() for record in records if record["vendor"] == "pbx55"]


def test_good_pushes_are_printed_counted_and_called_clean(sent, tmp_path):
    journal = tmp_path / "journal.jsonl"
    with Started("listen", "--port", "0", "--count", "5", "--journal", journal) as started:
        url = started.url()

        assert [push(f"{url}/hook", body) for body in sent] == [200] * 5
        done = started.wait()

    assert done.code == 0
    assert done.out.count("callData: PUT /hook -> 200") == 5
    assert "CLEAN: 5 exchanges, 0 errors" in done.out
    assert [json.loads(line)["request"]["body"].encode() for line in journal.read_text().splitlines()] == sent
    assert inside("check", journal).code == 0


def test_bad_push_is_told_at_once_and_ends_with_1(sent):
    with Started("listen", "--port", "0") as started:
        url = started.url()
        push(url, b'{"nothing": 1}')
        told = started.line_with("error: exchange 1, pbx55 callData, request")

        done = started.end(signal.SIGINT)

    assert told
    assert done.code == 1
    assert "NOT CLEAN: 1 exchange" in done.out


def test_order_that_only_several_pushes_show_is_judged_at_the_end(sent):
    """The end of a call is fine by itself, and wrong before its beginning."""
    with Started("listen", "--port", "0", "--count", "5") as started:
        url = started.url()
        for body in reversed(sent):
            push(url, body)
        done = started.wait()

    lines = done.out.splitlines()
    last_push = max(number for number, line in enumerate(lines) if "callData: PUT" in line)
    assert done.code == 1
    assert not any("error" in line for line in lines[:last_push])
    assert "error: exchange 1, pbx55 callData, request body [first-push-comes-first]" in lines[last_push:]


@pytest.mark.parametrize(
    ("options", "answers"),
    [
        (("--status", "202"), [202, 202, 202]),
        (("--fail-first", "2"), [500, 500, 200]),
        (("--fail-every", "2"), [200, 500, 200]),
        (("--delay", "0.01"), [200, 200, 200]),
    ],
)
def test_listen_answers_as_told(sent, options, answers):
    with Started("listen", "--port", "0", "--count", "3", *options) as started:
        url = started.url()

        assert [push(url, sent[0]) for _ in answers] == answers
        started.wait()


def test_strict_inferred_makes_an_error_of_a_broken_guess(sent, tmp_path):
    overlay = impossible(tmp_path, "inferred")
    codes = []
    for more in ((), ("--strict-inferred",)):
        with Started("listen", "--port", "0", "--count", "1", "--contracts", overlay, *more) as started:
            push(started.url(), sent[0])
            codes.append(started.wait().code)

    assert codes == [0, 1]


def test_json_is_an_object_a_line_and_ends_with_the_exit_code(sent):
    with Started("listen", "--port", "0", "--count", "1", "--json") as started:
        listening = json.loads(started.line_with("listening"))["listening"]
        push(listening["url"], sent[0])
        done = started.wait()

    first, exchange, last = map(json.loads, done.out.split("\n")[:3])
    assert first["listening"]["vendor"] == "pbx55"
    assert exchange["exchange"]["request"]["body"].encode() == sent[0]
    assert last["exit_code"] == done.code == 0
    assert last["verdict"]["exchanges"] == 1


def test_secrets_that_arrive_are_not_printed_and_not_kept(sent, tmp_path):
    journal = tmp_path / "journal.jsonl"
    with Started("listen", "--port", "0", "--count", "1", "--journal", journal, "--json") as started:
        url = json.loads(started.line_with("listening"))["listening"]["url"]
        request = urllib.request.Request(url, sent[0], {"token": "hunter2"}, method="PUT")
        urllib.request.urlopen(request, timeout=10).close()
        done = started.wait()

    assert "hunter2" not in done.said
    assert "hunter2" not in journal.read_text()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--vendor", "hubsoft"), "the vendors that push are: "),
        (("--vendor", ""), "the vendors that push are: "),
        (("--status", "99"), "give a status from 200 to 599"),
        (("--status", "x"), "--status"),
        (("--delay", "-1"), "a delay from 0 to 3600 seconds"),
        (("--delay", "nan"), "a delay from 0 to 3600 seconds"),
        (("--fail-first", "-1"), "--fail-first"),
        (("--fail-every", "-1"), "--fail-every"),
        (("--count", "-1"), "--count"),
        (("--host", ""), "--host: give an address of this machine"),
        (("--reading", "nokia:P1=strict"), f"the vendor is one of: {', '.join(discover())}"),
        (("--reading", "hubsoft:H1=strict"), "what arrives here is judged as pbx55's"),
        (("--reading", "pbx55:P99=strict"), "choose one of: P1"),
    ],
)
def test_words_that_make_no_sense_are_usage(words, said):
    done = inside("listen", "--port", "0", *words)

    assert done.code == 2
    assert said in done.err
    assert done.out == ""


def test_journal_that_cannot_be_written_is_the_environments_fault(tmp_path):
    done = inside("listen", "--port", "0", "--journal", tmp_path / "nowhere" / "journal.jsonl")

    assert done.code == 3
    assert "cannot be written" in done.err
