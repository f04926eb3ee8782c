import jsonschema_rs
import pytest

from contracts.formats import FORMATS, is_date_time, is_email, is_marker, is_uri

TEXTS = {
    "date": [
        "2016-11-18", "2016-02-30", "2016-1-1", "16-11-18", "2016-11-18T", "2024-02-29", "2023-02-29", "0000-01-01", "",
    ],
    "date-time": [
        "2016-11-18T13:50:09Z", "2016-11-18t13:50:09z", "2016-11-18T13:50:09.123-03:00", "2016-11-18 13:50:09Z",
        "2016-11-18T13:50:09", "2016-11-18T24:00:00Z", "2016-11-18T13:50:09+24:00", "2016-13-18T13:50:09Z", "noon",
    ],
    "email": ["a@b.co", "a.b+c@d-e.org", "a@b", "a", "@b.co", "a@", "a b@c.de", "a@b..co", "a@-b.co", ".a@b.co"],
    "uri": ["https://a.b/c?d=e#f", "urn:a:b", "mailto:a@b.co", "/a", "a b", "http://a b", "", "https://"],
}  # fmt: skip


@pytest.mark.parametrize(("name", "text"), [(name, text) for name, texts in TEXTS.items() for text in texts])
def test_format_agrees_with_the_engine_that_has_its_own(name, text):
    """Our predicates say what jsonschema-rs says by itself, but for what one of them is known to read wider."""
    own = jsonschema_rs.Draft202012Validator({"format": name}, validate_formats=True)
    known = {("uri", "https://"), ("date", "0000-01-01")}

    if (name, text) not in known:
        assert FORMATS[name](text) == own.is_valid(text)


def test_formats_look_at_text_alone():
    """A number is no business of a format."""
    assert all(predicate(5) and predicate(None) and predicate([]) for predicate in FORMATS.values())


def test_newline_at_the_end_is_no_part_of_any_format():
    """Python's $ would let one follow."""
    assert not is_date_time("2016-11-18T13:50:09Z\n")
    assert not is_email("a@b.co\n")
    assert not is_uri("urn:a\n")


def test_marker_satisfies_every_format():
    """What was redacted is not asked for its form."""
    assert all(predicate("[redacted:token]") for predicate in FORMATS.values())
    assert not any(map(is_marker, ["[redacted:]", "x[redacted:token]", "[redacted:token]\n", 1]))
