import json
import time
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.hiding import hide, hide_form
from contracts.redaction import redact, redact_mounted, redact_path
from tests.contracts.toy import JSON, answer, contract, found, openapi_text, push, ring

NAMES = {"password": "password", "token": "token"}
P, T = "[redacted:password]", "[redacted:token]"


@pytest.mark.parametrize(
    ("raw", "hidden"),
    [
        ('{"password":"a\\"b", "x" : 1}', f'{{"password":"{P}", "x" : 1}}'),
        ('{"password": 1234 ,"x":[1]}', f'{{"password": "{P}" ,"x":[1]}}'),
        ('{"password":true}', f'{{"password":"{P}"}}'),
        ('{"password":{"a":["s"]},"token":["s"]}', f'{{"password":"{P}","token":"{T}"}}'),
        ('[{"a":{"token":"s"}}]', f'[{{"a":{{"token":"{T}"}}}}]'),
        ('{"PassWord":"s"}', f'{{"PassWord":"{P}"}}'),
        ('{"pass\\u0077ord":"s"}', f'{{"pass\\u0077ord":"{P}"}}'),
        ('{"password":null,"token":""}', '{"password":null,"token":""}'),
        ('{"a":"password","b":"\\"token\\":\\"kept\\""}', '{"a":"password","b":"\\"token\\":\\"kept\\""}'),
        ('{"password":"a","password":"b"}', f'{{"password":"{P}","password":"{P}"}}'),
        ('{"password":"secr', f'{{"password":"{P}"'),
        ('{"password":"it\'s\\"so"', f'{{"password":"{P}"'),
        ("{'password': 'it\"s', 'x': 1}", f"{{'password': '{P}', 'x': 1}}"),
        ('{"password": {"a": "s", "b', '{"password": ' + P),
        ('{\\"password\\":\\"s\\"}', f'{{\\"password\\":\\"{P}\\"}}'),
        ('{"password":1234,', f'{{"password":{P},'),
        ("password=s%20s&x=1", f"password={P}&x=1"),
        ("x=1&pass%77ord=s", f"x=1&pass%77ord={P}"),
        ("password: s\nx: 1\n", f"password: {P}\nx: 1\n"),
        ('--b\r\nC-D: x; name="token"\r\n\r\ns s\r\n--b--', f'--b\r\nC-D: x; name="token"\r\n\r\n{T}\r\n--b--'),
    ],
)  # fmt: skip
def test_secret_is_hidden_and_all_else_stays(raw, hidden):
    """JSON, broken JSON and forms: a marker in place of the value, every other byte as it was; twice is as once."""
    assert hide(raw.encode(), NAMES).decode() == hidden
    assert hide(hidden.encode(), NAMES).decode() == hidden


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32-le", "latin-1"])
def test_encoding_hides_no_secret(encoding):
    """A body in another encoding is read, and written back in it."""
    hidden = hide('{"x":"é","password":"geheim"}'.encode(encoding), NAMES)

    assert hidden.decode(encoding) == f'{{"x":"é","password":"{P}"}}'


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["a", "b c", "password", 'x"y']), inner)
    ),
    max_leaves=10,
)


def holds_secret(value):
    if isinstance(value, list):
        return any(map(holds_secret, value))
    if not isinstance(value, dict):
        return False
    return any(v not in (None, "", P) if k == "password" else holds_secret(v) for k, v in value.items())


@given(VALUES, st.sampled_from([None, 1]), st.booleans())
@settings(max_examples=80, deadline=None)
def test_no_json_keeps_a_secret(value, indent, ascii_only):
    """Whatever the shape and the spacing, no value stays under a secret's name, and JSON stays JSON."""
    hidden = json.loads(hide(json.dumps(value, indent=indent, ensure_ascii=ascii_only).encode(), NAMES))

    assert not holds_secret(hidden)


@pytest.mark.parametrize(
    "raw",
    [
        b'["password":"' * 80_000,
        b'{"password":"' + b'\\"' * 400_000,
        b'{"p":' + b'"password":[' * 80_000,
        b"password=&" * 90_000,
    ],
)
def test_hostile_body_is_redacted_in_time_that_grows_with_it(raw):
    """A megabyte made to be slow costs well under the time limit of a request."""
    began = time.perf_counter()

    hide(raw, NAMES)

    assert time.perf_counter() - began < 3


def test_query_is_redacted_like_a_form():
    """Secrets come as query parameters too."""
    assert hide_form("token=abc&x=token&token", NAMES) == f"token={T}&x=token&token"


def test_exchange_loses_its_secrets_and_nothing_else(tmp_path):
    """Headers, secret path parameters and both bodies; the marker says which kind of secret stood there."""
    headers = (("Authorization", "Bearer abc"), ("Cookie", "a=b"), ("X-Api-Key", "abc"), JSON)
    exchange = ring(
        {"bell": "a", "code": 12345},
        path="/rings/7/geheim",
        headers=headers,
        response=answer(200, {"ok": True, "receipt": "r-1"}, (("Set-Cookie", "a=b"), JSON)),
        tenant="t",
        took_ms=1.0,
    )

    hidden = redact(exchange, contract(tmp_path))

    assert hidden.request.path == "/rings/7/[redacted:key]"
    assert hidden.request.headers == (
        ("Authorization", "Bearer [redacted:token]"),
        ("Cookie", "[redacted:cookie]"),
        ("X-Api-Key", "[redacted:key]"),
        JSON,
    )
    assert hidden.request.body == b'{"bell": "a", "code": "[redacted:code]"}'
    assert hidden.response == answer(
        200, b'{"ok": true, "receipt": "[redacted:receipt]"}', (("Set-Cookie", "[redacted:cookie]"), JSON)
    )
    assert replace(hidden, request=exchange.request, response=exchange.response) == exchange


def test_redacted_exchange_is_judged_as_it_was(tmp_path):
    """A marker satisfies the check, so a journal can be checked again."""
    toy = contract(tmp_path)
    exchange = ring({"bell": "a", "code": 12345}, path="/rings/7/geheim", response=answer(200, {"ok": True}))

    again = redact(exchange, toy)

    assert (found(toy.check(exchange)), found(toy.check(again))) == ([], [])
    assert redact(again, toy) == again


def test_header_of_a_push_is_redacted_by_its_parameter(tmp_path):
    """token is a secret because the push's header parameter is a password."""
    exchange = push({"bell": "a"})
    exchange = replace(exchange, request=replace(exchange.request, headers=(("Token", "abc"), JSON)))

    assert redact(exchange, contract(tmp_path)).request.headers == (("Token", "[redacted:password]"), JSON)


@pytest.mark.parametrize("path", ["/rings/7/geheim/more", "/rings/7/geheim", "/rings/x/geheim/"])
def test_path_that_only_begins_like_one_with_a_secret_is_redacted_too(tmp_path, path):
    """A mistyped path must not put the secret in the journal of those that nobody claims."""
    hidden = redact(ring({}, path=path, method="DELETE"), contract(tmp_path))

    assert hidden.request.path == path.replace("geheim", "[redacted:key]")


def test_token_that_is_repeated_elsewhere_is_hidden_there(tmp_path):
    """An answer or an error that echoes the credential is no leak."""
    secret = "0123456789abcdef"
    exchange = ring(
        {"bell": secret},
        headers=(("authorization", f"Bearer {secret}"), JSON),
        query=f"q={secret}",
        response=answer(401, f"bad token {secret}".encode()),
        error=f"refused {secret}",
    )

    assert secret not in repr(redact(exchange, contract(tmp_path)))


def test_authorization_of_any_form_is_hidden(tmp_path):
    """Basic, a bare token, an empty header."""
    values = ["Basic dTpw", "geheim", "", "Bearer [redacted:token]"]
    headers = tuple(("authorization", value) for value in values)

    hidden = redact(ring({}, headers=headers), contract(tmp_path)).request.headers

    assert [value for _, value in hidden] == [
        "Basic [redacted:token]",
        "[redacted:token]",
        "",
        "Bearer [redacted:token]",
    ]


def shaped(tmp_path):
    """The toy contract with a key whose shape is known."""
    text = openapi_text().replace(
        "maxLength: 40, x-secret: key", 'pattern: "^k-[0-9]{6}$", maxLength: 40, x-secret: key'
    )
    return contract(tmp_path, openapi=text)


@pytest.mark.parametrize(
    ("path", "hidden"),
    [
        ("/rings/7/k-123456", "/rings/7/[redacted:key]"),
        ("/ring/7/k-123456", "/ring/7/[redacted:key]"),
        ("/k-123456", "/[redacted:key]"),
        ("/wrings/k%2D123456/0", "/wrings/[redacted:key]/0"),
        ("/ring/7/k-12345", "/ring/7/k-12345"),
        ("/orders", "/orders"),
    ],
)
def test_secret_of_a_known_shape_is_hidden_in_any_path(tmp_path, path, hidden):
    """A misspelt path shows no secret either."""
    assert redact_path(path, shaped(tmp_path)) == hidden


@pytest.mark.parametrize(
    ("path", "hidden"),
    [
        ("/toy/rings/7/k-123456", "/toy/rings/7/[redacted:key]"),
        ("/toy", "/toy"),
        ("/other/rings/7/k-123456", "/other/rings/7/k-123456"),
        ("/", "/"),
    ],
)
def test_path_below_a_prefix_is_redacted_by_that_vendors_contract(tmp_path, path, hidden):
    """The log shows paths with the prefix under which a vendor is served."""
    assert redact_mounted(path, {"toy": shaped(tmp_path)}) == hidden
