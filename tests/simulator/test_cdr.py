"""Files of call detail records: what is read, and what is refused, with its line."""

import pytest

from simulator.traffic.cdr import MOST_BYTES, BadRecords, Row, check_lines, read_records

HEADER = "start,from,to,wait,talk\n"
FIRST = "2026-03-02T09:00:00-03:00,37999912222,551130037293,12.5,95\n"


@pytest.fixture
def written(tmp_path):
    def write(content):
        path = tmp_path / "calls.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


def test_records_are_read_with_seconds_from_the_first(written):
    rows = read_records(written(HEADER + FIRST + "2026-03-02T12:01:30Z,37988242968,,40,0\n"))

    assert rows == (Row(0.0, "37999912222", "551130037293", 12.5, 95.0), Row(90.0, "37988242968", "", 40.0, 0.0))


def test_columns_come_in_any_order_and_some_may_be_missing(written):
    rows = read_records(written("talk,start,from\r\n\r\n95,2026-03-02T09:00:00-03:00,37999912222\r\n"))

    assert rows == (Row(0.0, "37999912222", "", 0.0, 95.0),)


def test_byte_order_mark_of_a_spreadsheet_is_no_part_of_the_first_column(written):
    assert len(read_records(written(b"\xef\xbb\xbf" + (HEADER + FIRST).encode()))) == 1


@pytest.mark.parametrize(
    ("content", "where", "wrong"),
    [
        ("", ".csv:1:", "the column 'start' is missing"),
        ("start,from\n", ".csv:1:", "the column 'talk' is missing"),
        ("start,from,talk,colour\n", ".csv:1:", "the column 'colour' is unknown"),
        ("start,from,talk,talk\n", ".csv:1:", "the column 'talk' is there twice"),
        (HEADER, "calls.csv:", "it has no calls"),
        (HEADER + FIRST + "2026-03-02T09:00:00-03:00,1,2\n", ".csv:3:", "it has 3 values where the header has 5"),
        (HEADER + FIRST.replace("95", "-1"), ".csv:2:", "talk is '-1'"),
        (HEADER + FIRST.replace("95", ""), ".csv:2:", "talk is ''"),
        (HEADER + FIRST.replace("95", "nan"), ".csv:2:", "talk is 'nan'"),
        (HEADER + FIRST.replace("95", "86401"), ".csv:2:", "86400 at most"),
        (HEADER + FIRST.replace("12.5", "12,5").replace("12,5", '"12,5"'), ".csv:2:", "wait is '12,5'"),
        (HEADER + FIRST.replace("-03:00", ""), ".csv:2:", "a time with its zone"),
        (HEADER + FIRST.replace("37999912222", "+55 37"), ".csv:2:", "from is '+55 37'"),
        (HEADER + FIRST.replace("37999912222", ""), ".csv:2:", "from is ''"),
        (HEADER + FIRST.replace("551130037293", "ramal"), ".csv:2:", "to is 'ramal'"),
        (HEADER + FIRST.replace("09:00", "09:05") + FIRST, ".csv:3:", "sort the file by start"),
        (HEADER + '"' + FIRST, ".csv:2:", "it is no CSV"),
        (HEADER.encode() + FIRST.encode() + b"\xff\n", ".csv:3:", "save the file as UTF-8"),
        (b"x" * (MOST_BYTES + 1), "calls.csv:", "cut it in parts"),
    ],
)
def test_bad_records_are_refused_with_their_line(written, content, where, wrong):
    with pytest.raises(BadRecords) as refused:
        read_records(written(content))

    assert where in str(refused.value)
    assert wrong in str(refused.value)
    assert "docs/traffic.md" in str(refused.value)


def test_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(BadRecords, match="cannot be read"):
        read_records(tmp_path / "none.csv")


def test_number_that_is_not_ours_is_refused_with_its_line(written):
    path = written(HEADER + FIRST + "\n" + FIRST.replace("551130037293", "551130000000"))

    check_lines(path, ["551130037293", "551130000000"])
    with pytest.raises(BadRecords, match=r"calls.csv:4: to is '551130000000', .* expected one of 551130037293, or"):
        check_lines(path, ["551130037293"])
