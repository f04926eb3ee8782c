"""Says what is wrong with the files of a contract, beyond what keeps them from being loaded.

Held by a test for every shipped contract; a user's overlay may be judged by it too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from contracts import lint_dispatches, lint_examples, lint_schemas, openapi, readings, rulebook
from contracts.errors import ContractError
from contracts.marks import own_provenance, reachable
from contracts.pointers import follow, join
from contracts.rulebook import Scope

if TYPE_CHECKING:
    from contracts.contract import Contract

SCHEMAS = "schemas/"
_ENGLISH = re.compile(r"[a-z][a-zA-Z0-9]{1,60}\Z")


def lint(contract: Contract) -> list[str]:
    """Return what is wrong with a contract, one sentence each; an empty list when it is as the format says."""
    found: list[str] = []
    for check in (_operations, _schema_files, _rules, _discrepancies, _readings_apply, lint_examples.lint):
        try:
            found.extend(check(contract))
        except ContractError as error:
            found.append(str(error))
    return found


def _operations(contract: Contract) -> Iterator[str]:
    root = contract.source.files[openapi.FILE]
    version = str(root.get("openapi", ""))
    if not version.startswith("3.1."):
        yield f"{openapi.FILE}: openapi is {version!r}; write 3.1.0"
    if not root.get("info", {}).get("title"):
        yield f"{openapi.FILE}: info has no title; write the vendor's name"
    for operation in contract.operations.values():
        place = f"{openapi.FILE} {operation.id}"
        if not _ENGLISH.match(operation.id):
            yield f"{place}: the key is no English name such as notifyCall"
        if not operation.summary:
            yield f"{place}: it has no summary; say in a sentence what it does"
        if not operation.answers:
            yield f"{place}: it has no responses; list what may be answered"
        for scheme in (name for option in operation.security for name in option):
            if scheme not in contract.security_schemes:
                yield f"{place}: the security scheme {scheme} is not there; write it under components"
        named = {p.name for p in operation.path_parameters}
        for name in set(re.findall(r"\{([^}]+)\}", operation.path)) ^ named:
            yield f"{place}: {name} stands in the path or among the parameters, but not in both"
    yield from _marked(contract)
    yield from lint_dispatches.lint(contract)
    for pointer, schema in _inline_schemas(root, ()):
        yield from lint_schemas.lint(contract.source.files, f"{openapi.FILE}#{pointer}", openapi.FILE, schema)


def _marked(contract: Contract) -> Iterator[str]:
    """Every answer has marks of its own, and both methods of a push say the same."""
    root, files = contract.source.files[openapi.FILE], contract.source.files
    for section in ("paths", "webhooks"):
        for name, item in root.get(section, {}).items():
            methods = {m: node for m, node in item.items() if m in openapi.METHODS}
            for method, node in methods.items():
                place = f"{openapi.FILE} {join([section, name, method])}"
                if own_provenance(node, place) is None:
                    yield f"{place}: it has no x-confidence"
                yield from _answers(files, place, node)
                for value, entry in node.get(openapi.DISPATCH, {}).get("values", {}).items():
                    _, _, action = follow(files, openapi.FILE, "", entry)
                    yield from _answers(files, f"{place} {value}", action)
            same = [
                {key: node.get(key) for key in ("parameters", "requestBody", "responses", "security")}
                for node in methods.values()
            ]
            if section == "webhooks" and any(other != same[0] for other in same):
                yield f"{openapi.FILE} {join([section, name])}: its methods differ; let both refer to the same parts"


def _answers(files: Mapping[str, Any], place: str, node: Mapping[str, Any]) -> Iterator[str]:
    for status, entry in node.get("responses", {}).items():
        _, _, answer = follow(files, openapi.FILE, "", entry)
        if not re.match(r"([1-5][0-9][0-9]|[1-5]XX|default)\Z", status):
            yield f"{place} {status}: this is no status; write 200, 4XX or default"
        if not answer.get("x-simulator") and own_provenance(answer, f"{place} {status}") is None:
            yield f"{place} {status}: it has no x-confidence"
        if not answer.get("description"):
            yield f"{place} {status}: it has no description"


def _inline_schemas(node: Any, path: tuple[str | int, ...]) -> Iterator[tuple[str, Any]]:
    if isinstance(node, Mapping):
        for key, inner in node.items():
            if key == "schema" or path[-2:] == ("components", "schemas"):
                yield join([*path, key]), inner
            else:
                yield from _inline_schemas(inner, (*path, key))
    elif isinstance(node, list):
        for index, inner in enumerate(node):
            yield from _inline_schemas(inner, (*path, index))


def _schema_files(contract: Contract) -> Iterator[str]:
    used = set(_files_in_use(contract))
    for name, schema in contract.source.files.items():
        if not name.startswith(SCHEMAS):
            continue
        if own_provenance(schema, name) is None:
            yield f"{name}: its root has no x-confidence"
        if not schema.get("description"):
            yield f"{name}: its root has no description"
        if name not in used:
            yield f"{name}: no operation uses it under any reading; refer to it or remove it"
        yield from lint_schemas.lint(contract.source.files, name, name, schema)


def _files_in_use(contract: Contract) -> Iterator[str]:
    for choice in _choices(contract):
        variant = contract.under(choice)[1]
        for ref in variant.refs():
            yield from (file for file, _, _ in reachable(variant.files, ref))


def _choices(contract: Contract) -> list[dict[str, str]]:
    """Every reading by itself, and all lenient ones together."""
    each = [{d.id: reading} for d in contract.discrepancies.values() for reading in d.readings]
    return [{}, *each, {readings.ALL: readings.LENIENT}]


def _rules(contract: Contract) -> Iterator[str]:
    book = contract.rulebook
    for rule in book.rules.values():
        place = f"{rulebook.FILE} {rule.id}"
        functions = book.sequences if rule.scope is Scope.SEQUENCE else book.functions
        if rule.id not in functions:
            yield f"{place}: no function enforces it; write one in rules.py"
        if not rule.text:
            yield f"{place}: it has no text; say in a sentence what it asks"
        for operation in rule.operations:
            if operation not in contract.operations:
                yield f"{place}: {operation} is no operation of this contract"
        if rule.provenance.discrepancy and rule.provenance.discrepancy not in contract.discrepancies:
            yield f"{place}: x-discrepancy {rule.provenance.discrepancy} is not in {readings.FILE}"
        for key, possible in rule.only_under.items():
            known = contract.discrepancies[key].readings if key in contract.discrepancies else {}
            for name in possible:
                if name not in known:
                    yield f"{place}: only-under names {key}: {name}, which is no reading of {readings.FILE}"
    for name in book.functions.keys() | book.sequences.keys():
        if name not in book.rules:
            yield f"rules.py {name}: {rulebook.FILE} says nothing of it; write the rule or remove the function"


def _discrepancies(contract: Contract) -> Iterator[str]:
    for discrepancy in contract.discrepancies.values():
        place = f"{readings.FILE} {discrepancy.id}"
        if discrepancy.title == discrepancy.id:
            yield f"{place}: it has no title"
        if discrepancy.readings[discrepancy.strict].patch:
            yield f"{place}: its strict reading has a patch; the files on disk are the strict readings"
        for reading in discrepancy.readings.values():
            if not reading.text:
                yield f"{place}/{reading.id}: it has no text"
    marked = set(_discrepancy_marks(list(contract.source.files.values())))
    for key in sorted(marked - contract.discrepancies.keys()):
        yield f"x-discrepancy {key}: {readings.FILE} does not have it"


def _discrepancy_marks(node: Any) -> Iterator[str]:
    if isinstance(node, Mapping):
        if isinstance(node.get("x-discrepancy"), str):
            yield node["x-discrepancy"]
        node = list(node.values())
    if isinstance(node, list):
        for inner in node:
            yield from _discrepancy_marks(inner)


def _readings_apply(contract: Contract) -> Iterator[str]:
    for choice in _choices(contract):
        try:
            variant = contract.under(choice)[1]
            for ref in variant.refs():
                variant.schemas.accepts(ref, None)
        except ContractError as error:
            yield f"under {choice}: {error}"
            continue
        for name, schema in variant.files.items():
            if name.startswith(SCHEMAS) and schema != contract.source.files[name]:
                for wrong in lint_schemas.lint(variant.files, name, name, schema):
                    yield f"under {choice}: {wrong}"
