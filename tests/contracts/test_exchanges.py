import io
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from contracts.exchanges import (
    MAX_LINE,
    MalformedRecord,
    canonical,
    from_record,
    read_judged,
    to_record,
    verdict_from_record,
    write_line,
)
from contracts.model import Direction, Exchange, HttpRequest, HttpResponse
from tests.contracts.toy import answer, contract, ring

FULL = Exchange(
    vendor="toy",
    direction=Direction.SENT,
    request=HttpRequest(
        "PUT", "/hook", "a=b", (("X-A", "1"), ("x-a", "2"), ("Host", "127.0.0.1:9")), b'{"a":"\xc3\xa9"}'
    ),
    response=HttpResponse(200, (("content-type", "text/plain"),), b"\xff\x00"),
    error=None,
    operation="rang",
    message="first",
    readings={"T2": "long", "T1": "new"},
    tenant="t",
    id="x1",
    at=datetime(2026, 3, 2, 12, 0, 0, 5, tzinfo=UTC),
    call="c1",
    target="u",
    delivery="d1",
    job=7,
    attempt=2,
    fault="delay",
    other_fault="too_many",
    took_ms=1.25,
)


def write(path, *exchanges):
    with path.open("wb") as file:
        for exchange in exchanges:
            write_line(file, exchange)
    return path


@pytest.mark.parametrize(
    "exchange",
    [
        FULL,
        Exchange("toy", Direction.RECEIVED, HttpRequest("GET", "/")),
        replace(FULL, response=None, error="refused", at=None),
    ],
)
def test_exchange_is_read_as_it_was_written(exchange):
    """Nothing is lost on the way through a record: bytes, order of headers, times."""
    assert from_record(json.loads(json.dumps(to_record(exchange)))) == exchange


def test_verdict_is_read_as_it_was_written(tmp_path):
    """A judgement with violations of every kind comes back whole; none stays none."""
    judgement = contract(tmp_path).check(ring({"mood": "odd", "note": "123456"}, response=answer(302)))
    record = json.loads(json.dumps(to_record(FULL, judgement)))

    assert verdict_from_record(record) == judgement
    assert verdict_from_record(to_record(FULL)) is None
    assert from_record(record) == FULL


def test_body_is_text_when_it_is_utf_8_and_base64_otherwise():
    """A journal can be read by eye where that is possible."""
    record = to_record(FULL)

    assert (record["request"]["body"], record["response"]["bodyBase64"]) == ('{"a":"é"}', "/wA=")
    assert record["at"] == "2026-03-02T12:00:00.000005Z"


def test_time_is_written_in_utc():
    """Whatever the zone, the record is in UTC and the moment the same."""
    at = datetime(2026, 3, 2, 9, 0, tzinfo=timezone(timedelta(hours=-3)))

    record = to_record(replace(FULL, at=at))

    assert record["at"] == "2026-03-02T12:00:00.000000Z"
    assert from_record(record).at == at


def test_file_is_read_line_by_line_with_numbers(tmp_path):
    """Empty lines are passed over and counted."""
    path = write(tmp_path / "j.jsonl", FULL, replace(FULL, id="x2"))
    path.write_bytes(path.read_bytes().replace(b"\n", b"\n\n", 1))

    assert [(number, exchange.id) for number, exchange, _ in read_judged(path)] == [(1, "x1"), (3, "x2")]


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        (b"{", "not JSON"),
        (b"[]", "expected"),
        (b"{}", "/vendor|/direction|/request"),
        (b'{"vendor":"toy","direction":"up","request":{"method":"GET","path":"/"}}', "/direction"),
        (b'{"vendor":"toy","direction":"sent","request":{"method":"GET","path":"/"},"more":1}', 'leave "more" out'),
        (b'{"vendor":"toy","direction":"sent","request":{"method":"GET","path":"/","headers":{}}}', "/request/headers"),
        (b'{"vendor":"toy","direction":"sent","request":{"method":"GET","path":"/","bodyBase64":"?"}}', "base64"),
        (b'{"vendor":"toy","direction":"sent","request":{"method":"GET","path":"/"},"at":"noon"}', "/at"),
        (
            b'{"vendor":"toy","direction":"sent","request":{"method":"GET","path":"/"},"at":"2026-03-02T12:00:60Z"}',
            "no time",
        ),
        (
            b'{"vendor":"toy","direction":"sent","request":{"method":"GET","path":"/"},"response":{"status":"200"}}',
            "/response/status",
        ),
        (b"[" * 100_000, "deeper"),
    ],
)
def test_line_that_is_no_exchange_names_file_and_line(tmp_path, line, wrong):
    """The good lines before it are read, then the error says where."""
    path = write(tmp_path / "j.jsonl", FULL)
    path.write_bytes(path.read_bytes() + line + b"\n")
    lines = read_judged(path)

    assert next(lines)[0] == 1
    with pytest.raises(MalformedRecord, match=wrong) as caught:
        next(lines)
    assert str(caught.value).startswith(f"{path}:2: ")


def test_line_is_read_at_the_limit_and_refused_one_over(tmp_path):
    """A line has 16 MiB at most, its end included."""
    path = write(tmp_path / "j.jsonl", FULL)
    line = path.read_bytes().rstrip(b"\n")
    path.write_bytes(line + b" " * (MAX_LINE - len(line) - 1) + b"\n")
    assert len(list(read_judged(path))) == 1

    path.write_bytes(line + b" " * (MAX_LINE - len(line)) + b"\n")

    with pytest.raises(MalformedRecord, match=r"j\.jsonl:1: the line is longer than 16777216 bytes"):
        list(read_judged(path))


def test_missing_file_says_what_to_name(tmp_path):
    """No traceback for a typing error."""
    with pytest.raises(MalformedRecord, match=r"cannot be read .*name a journal file"):
        list(read_judged(tmp_path / "none.jsonl"))


def test_canonical_form_leaves_out_what_the_other_side_decides():
    """Two runs differ in answers, times and ports, and are equal all the same, in whatever order they were kept."""
    second = replace(FULL, id="x2", attempt=3)
    other = replace(
        FULL, response=None, error="refused", took_ms=9.0, readings={"T1": "new", "T2": "long"},
        request=replace(FULL.request, headers=(*FULL.request.headers[:2], ("Host", "127.0.0.1:10"))),
    )  # fmt: skip

    assert canonical([FULL, second]) == canonical([second, other])
    assert canonical([FULL]) != canonical([replace(FULL, request=replace(FULL.request, body=b"{}"))])


def test_canonical_order_is_time_then_job_then_attempt():
    """One compact line each, keys sorted."""
    late = replace(FULL, at=FULL.at + timedelta(seconds=1), job=1)
    early = replace(FULL, job=9, attempt=1)

    lines = [json.loads(line) for line in canonical([late, early, FULL]).splitlines()]

    assert [(line["job"], line["attempt"]) for line in lines] == [(7, 2), (9, 1), (1, 2)]
    assert list(lines[0]) == sorted(lines[0])
    assert not lines[0].keys() & {"response", "error", "took_ms", "verdict"}


def test_schema_of_a_line_is_beside_the_reader():
    """Editors and other tools can use the same schema that the reader uses."""
    schema = json.loads((Path(from_record.__code__.co_filename).parent / "journal.schema.json").read_text())
    file = io.BytesIO()
    write_line(file, FULL)

    assert set(json.loads(file.getvalue())) <= set(schema["properties"])
