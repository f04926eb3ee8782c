"""Targets, on vendors that do not exist."""

import pytest

from simulator.tenancy.targets import (
    MAX_CREDENTIALS,
    MAX_SECRET,
    BadTarget,
    Target,
    checked,
    fits_header,
    parse_target,
)

VENDORS = {"alpha": {"PUT", "POST"}, "beta": ()}
URL = "http://127.0.0.1:9000/push"


def test_target_survives_being_written_down():
    """from_document reads what to_document wrote."""
    target = Target("t1", "alpha", URL, "PUT", "k-1", {"user": "u", "password": "p"}, False, True)

    assert Target.from_document(target.to_document(), VENDORS) == target


def test_target_needs_an_id_a_vendor_and_a_url_only():
    """Everything else has a default."""
    target = Target.from_document({"id": "t1", "vendor": "beta", "url": URL}, VENDORS)

    assert target == Target("t1", "beta", URL, None, None, {}, ordered=True, delivery_header=False)


def test_target_shows_no_secret():
    """Neither its public form nor its repr has a token or a credential in it."""
    target = Target("t1", "alpha", URL, token="hunter2", credentials={"user": "swordfish"})

    shown = str(target.to_public()) + repr(target)

    assert "hunter2" not in shown
    assert "swordfish" not in shown
    assert target.to_public()["token"] == "[redacted:token]"
    assert target.to_public()["credentials"] == {"user": "[redacted:password]"}
    assert Target("t1", "alpha", URL).to_public()["token"] is None


@pytest.mark.parametrize(
    ("url", "path", "address"),
    [
        ("http://h.example/push", "", "http://h.example/push"),
        ("http://h.example/push/", "", "http://h.example/push/"),
        ("http://h.example", "/a/b", "http://h.example/a/b"),
        ("http://h.example/", "/a/b", "http://h.example/a/b"),
        ("http://h.example/base/", "/a/b", "http://h.example/base/a/b"),
        ("http://h.example/base?key=1", "/a/b", "http://h.example/base/a/b?key=1"),
    ],
)
def test_target_address_appends_a_messages_path(url, path, address):
    """One slash between, before the query; without a path the URL stays as the user gave it."""
    assert Target("t1", "alpha", url).address(path) == address


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"id": ""}, "id"),
        ({"id": "a/b"}, "id"),
        ({"id": "x" * 65}, "id"),
        ({"id": 7}, "id"),
        ({"vendor": "gamma"}, "vendor"),
        ({"url": "not a url"}, "url"),
        ({"url": "http://user:pw@127.0.0.1/"}, "url"),
        ({"url": "ftp://127.0.0.1/"}, "url"),
        ({"url": None}, "url"),
        ({"method": "GET"}, "method"),
        ({"method": ["PUT"]}, "method"),
        ({"vendor": "beta", "method": "POST"}, "method"),
        ({"token": ""}, "token"),
        ({"token": "a\nb"}, "token"),
        ({"token": "a\r\nx: y"}, "token"),
        ({"token": "chavé"}, "token"),
        ({"token": "日本"}, "token"),
        ({"token": "a\x00"}, "token"),
        ({"token": " a"}, "token"),
        ({"token": "x" * (MAX_SECRET + 1)}, "token"),
        ({"token": 12}, "token"),
        ({"credentials": {"user": 1}}, "credentials"),
        ({"credentials": {"user": "x" * (MAX_SECRET + 1)}}, "credentials"),
        ({"credentials": {str(n): "x" for n in range(MAX_CREDENTIALS + 1)}}, "credentials"),
        ({"credentials": []}, "credentials"),
        ({"ordered": 1}, "ordered"),
        ({"delivery_header": "yes"}, "delivery_header"),
        ({"color": "blue"}, "'color'"),
    ],
)
def test_target_that_nothing_could_be_sent_to_is_refused(change, field):
    """The error names the field."""
    document = {"id": "t1", "vendor": "alpha", "url": URL} | change

    with pytest.raises(BadTarget) as refusal:
        Target.from_document(document, VENDORS)

    assert refusal.value.field == field
    assert str(refusal.value).startswith(f"target: {field} ")


@pytest.mark.parametrize("missing", ["id", "vendor", "url"])
def test_target_without_a_needed_field_is_refused(missing):
    """The error names what is missing."""
    document = {"id": "t1", "vendor": "alpha", "url": URL}
    del document[missing]

    with pytest.raises(BadTarget, match=f"target: {missing} is missing"):
        Target.from_document(document, VENDORS)


@pytest.mark.parametrize("document", [None, [], "alpha", 1])
def test_target_that_is_no_object_is_refused(document):
    """A target is an object."""
    with pytest.raises(BadTarget, match="is not an object"):
        Target.from_document(document, VENDORS)


def test_target_takes_secrets_up_to_the_limit():
    """The limits themselves are fine."""
    credentials = {str(n): "x" * MAX_SECRET for n in range(MAX_CREDENTIALS)}

    target = Target("t1", "alpha", URL, token="x" * MAX_SECRET, credentials=credentials)

    assert target.credentials == credentials


def test_target_error_says_which_methods_a_vendor_sends():
    """The remedy is in the text."""
    with pytest.raises(BadTarget, match="alpha sends POST or PUT"):
        checked(Target("t1", "alpha", URL, "PATCH"), VENDORS)


def test_target_error_never_repeats_a_token():
    """A token that is refused is a secret all the same."""
    with pytest.raises(BadTarget) as refusal:
        Target("t1", "alpha", URL, token="hunter2\n")

    assert "hunter2" not in str(refusal.value)


def test_target_of_the_command_line_is_read():
    """VENDOR=URL, where the URL may have equals signs of its own; the method in any case."""
    url = "http://127.0.0.1:9000/push?a=b=c"

    target = parse_target(f"alpha={url}", vendors=VENDORS, method="put", token="k-1")

    assert target == Target("alpha", "alpha", url, "PUT", "k-1")


def test_target_of_the_command_line_takes_an_id_and_credentials():
    """Two targets of one vendor are told apart by their ids."""
    target = parse_target(f"beta={URL}", vendors=VENDORS, id="beta-2", credentials={"user": "u"})

    assert target == Target("beta-2", "beta", URL, credentials={"user": "u"})


@pytest.mark.parametrize("text", ["", URL, "alpha", "http://127.0.0.1/?a=b"])
def test_target_of_the_command_line_without_a_vendor_is_refused_with_an_example(text):
    """The error shows how to write it."""
    with pytest.raises(BadTarget, match="write VENDOR=URL, as in alpha=http://127"):
        parse_target(text, vendors=VENDORS)


def test_target_of_the_command_line_with_an_unknown_vendor_is_refused_with_the_known_ones():
    """The error lists the vendors."""
    with pytest.raises(BadTarget, match="use one of alpha, beta"):
        parse_target(f"gamma={URL}", vendors=VENDORS)


@pytest.mark.parametrize(("value", "fits"), [("a b~!", True), ("", False), ("a\t", False), ("é", False)])
def test_header_value_fits_when_it_arrives_unchanged(value, fits):
    """Printable ASCII does."""
    assert fits_header(value) is fits
