"""Secrets go back to where the journal has markers for them; a curl has shell variables there."""

import shlex

import pytest

from contracts.model import HttpRequest
from simulator.recording.refilling import NotKept, curl, refilled, variables

KNOWN = {"token": "tok/en+1", "password": 'pass"word', "api_key": "k"}


def find(name, kind):
    return KNOWN.get(name) or KNOWN.get(kind)


def test_secrets_go_back_in_headers_path_query_and_body():
    hidden = HttpRequest(
        "POST",
        "/a/[redacted:token]/b",
        "x=1&token=[redacted:token]",
        (("authorization", "Bearer [redacted:token]"), ("accept", "*/*")),
        b'{"password": "[redacted:password]", "n": 1, "other":"[redacted:token]"}',
    )

    whole = refilled(hidden, find)

    assert whole == HttpRequest(
        "POST",
        "/a/tok%2Fen%2B1/b",
        "x=1&token=tok%2Fen%2B1",
        (("authorization", "Bearer tok/en+1"), ("accept", "*/*")),
        b'{"password": "pass\\"word", "n": 1, "other":"tok/en+1"}',
    )


@pytest.mark.parametrize(
    ("body", "whole"),
    [
        (b"user=a&password=[redacted:password]", b"user=a&password=pass%22word"),
        (b"[redacted:token]", b"tok/en+1"),
        (b"\xff\xfe no text", b"\xff\xfe no text"),
        ("ação".encode(), "ação".encode()),
        (b"", b""),
    ],
)
def test_body_of_any_kind_is_taken(body, whole):
    assert refilled(HttpRequest("POST", "/", body=body), find).body == whole


def test_secret_that_is_not_known_is_named_with_its_place():
    with pytest.raises(NotKept, match="the cookie in header cookie was hidden"):
        refilled(HttpRequest("GET", "/", headers=(("cookie", "[redacted:cookie]"),)), find)
    with pytest.raises(NotKept, match=r"the code in the body \(code\) was hidden"):
        refilled(HttpRequest("POST", "/", body=b'{"code": "[redacted:code]"}'), find)


def test_curl_is_one_command_with_variables_for_secrets():
    request = HttpRequest(
        "PUT",
        "/a/[redacted:token]",
        "q=it's",
        (("host", "x"), ("content-length", "9"), ("content-type", "application/json"), ("key", "[redacted:key]")),
        b"""{"a": "it's $HOME `id` [redacted:token]"}""",
    )

    command = curl("http://127.0.0.1:1/v/a/[redacted:token]", "hubsoft", request)

    assert variables(command) == ["PBXSIM_HUBSOFT_TOKEN", "PBXSIM_HUBSOFT_KEY"]
    assert shlex.split(command) == [
        *("curl", "-sSg", "-X", "PUT", "http://127.0.0.1:1/v/a/$PBXSIM_HUBSOFT_TOKEN?q=it's"),
        *("-H", "content-type: application/json", "-H", "key: $PBXSIM_HUBSOFT_KEY"),
        *("--data-raw", """{"a": "it's $HOME `id` $PBXSIM_HUBSOFT_TOKEN"}"""),
    ]
    assert '`id` \'"$PBXSIM_HUBSOFT_TOKEN"' in command  # what a shell would run is quoted


def test_curl_of_what_is_no_text_or_has_no_type_repeats_it_all_the_same():
    assert curl("http://h/", "v", HttpRequest("HEAD", "/")) == "curl -sSg --head http://h/"
    assert "-H content-type: --data-raw @x" in curl("http://h/", "v", HttpRequest("POST", "/", body=b"@x"))
    assert curl("http://h/", "v", HttpRequest("POST", "/", body=b"\xff")).startswith(
        "printf %s /w== | base64 -d | curl"
    )
