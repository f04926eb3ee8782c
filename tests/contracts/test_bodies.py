"""A body that is looked at often is decoded once, and a broken one is broken each time."""

import pytest

from contracts.bodies import Once, UnreadableBody
from contracts.model import HttpRequest
from contracts.operation import FORM, JSON, Body

HEADERS = (("content-type", JSON),)
AS_JSON = Body(True, {JSON: "a.json"})


def test_body_is_decoded_once_for_each_way_in_which_it_may_be_written():
    body = Once(HttpRequest("POST", "/", headers=HEADERS, body=b'{"a": 1}'))

    first, again = body.decode(AS_JSON), body.decode(AS_JSON)

    assert first == ({"a": 1}, "a.json")
    assert again[0] is first[0]
    assert body.decode(Body(True, {JSON: "b.json"})) == ({"a": 1}, "b.json")
    assert body.decode(None) == (None, None)


def test_broken_body_is_broken_each_time():
    body = Once(HttpRequest("POST", "/", headers=HEADERS, body=b"{"))

    for _ in range(2):
        with pytest.raises(UnreadableBody, match="expected one JSON value"):
            body.decode(AS_JSON)
    with pytest.raises(UnreadableBody, match="Content-Type"):
        body.decode(Body(True, {FORM: None}))
