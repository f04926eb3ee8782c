"""A small made-up contract, written to a folder for each test, so that the machinery is tested without any vendor."""

import copy
import json
from types import ModuleType

from contracts.contract import load_folder
from contracts.model import Direction, Exchange, HttpRequest, HttpResponse
from contracts.rules import Finding
from tests.contracts.toy_files import COMPONENTS, DISCREPANCIES, OPENAPI, PUSH, RULES, SCHEMAS

BEARER = ("authorization", "Bearer [redacted:token]")
JSON = ("content-type", "application/json")


def bell_exists(subject):
    name = subject.request.get("bell")
    if name is not None and subject.facts.get("bell", name) is None:
        yield Finding("/bell", name, "a bell that there is")


def short_note(subject):
    if len(subject.request.get("note", "")) > len(subject.request.get("bell", "")):
        yield Finding("/note", "a long note", "a note shorter than bell")


def counts_up(subjects):
    last = 0
    for index, subject in enumerate(subjects):
        count = subject.request.get("count", last + 1)
        if count <= last:
            yield index, Finding("/count", str(count), f"more than {last}")
        last = count


def rules():
    """The toy's rules module."""
    module = ModuleType("toy_rules")
    module.RULES = {"bell-exists": bell_exists, "short-note": short_note}
    module.SEQUENCE_RULES = {"counts-up": counts_up}
    return module


def openapi_text():
    return OPENAPI + f"    put:\n{PUSH}    post:\n{PUSH}" + COMPONENTS


def write(folder, *, schemas=None, **files):
    """Write the toy contract to ``folder``; keyword arguments replace whole files (``openapi``, ``rules``, ...)."""
    texts = {"openapi": openapi_text(), "rules": RULES, "discrepancies": DISCREPANCIES} | files
    (folder / "schemas").mkdir(parents=True)
    for name, text in texts.items():
        (folder / f"{name}.yaml").write_text(text)
    for name, schema in (copy.deepcopy(SCHEMAS) | (schemas or {})).items():
        (folder / "schemas" / f"{name}.json").write_text(json.dumps(schema))
    return folder


def contract(tmp_path, **changes):
    """The toy contract, loaded."""
    return load_folder(write(tmp_path / "toy", **changes), rules=rules())


class Bells:
    """Records of a fake: these bells exist."""

    def __init__(self, *names):
        self._names = names

    def get(self, kind, key):
        return {"id": key} if key in self._names else None

    def all(self, kind):
        return [{"id": name} for name in self._names]

    def find(self, kind, **where):
        return None


def ring(body, *, headers=(BEARER, JSON), path="/rings/7/[redacted:key]", method="POST", query="", **facts):
    """A request to ring a bell; ``body`` is JSON-able, or bytes as they are."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    asked = HttpRequest(method, path, query, headers, raw)
    return Exchange("toy", **{"direction": Direction.RECEIVED, "request": asked, **facts})


def push(body, **facts):
    """A push that a bell rang."""
    facts = {"direction": Direction.SENT, "operation": "rang", "tenant": "t", "target": "u"} | facts
    request = HttpRequest("PUT", "/hook", "", (JSON,), json.dumps(body).encode())
    return Exchange("toy", request=request, **facts)


def answer(status, body=b"", headers=(JSON,)):
    """An answer; ``body`` is JSON-able, or bytes as they are."""
    return HttpResponse(status, headers, body if isinstance(body, bytes) else json.dumps(body).encode())


def found(judgement):
    """What a judgement found, in short: (clause, pointer, severity or drift) sorted."""
    return sorted((v.clause, v.pointer, "drift" if v.drift else v.severity.value) for v in judgement.violations)
