"""Says where a path that means several operations differs from what plain OpenAPI reads there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from contracts import openapi
from contracts.operation import Dispatch
from contracts.pointers import resolve

if TYPE_CHECKING:
    from contracts.contract import Contract


def lint(contract: Contract) -> Iterator[str]:
    """Yield where the union that plain OpenAPI sees and the operations that it stands for are not the same."""
    for dispatch in contract.dispatches.values():
        place = f"{openapi.FILE} {dispatch.common.id}"
        if dispatch.common.id in contract.operations:
            yield f"{place}: one of its operations has the same key; give each a key of its own"
        if "{" in dispatch.common.path and dispatch.common.ending:
            yield f"{place}: a path of which the end is enough has no parameters; leave x-ending out"
        if dispatch.common.body is None or not dispatch.common.body.media:
            yield f"{place}: it dispatches on its body, and has none; write requestBody"
            continue
        for ref in dispatch.common.body.media.values():
            yield from _union(contract, place, dispatch, ref)


def _union(contract: Contract, place: str, dispatch: Dispatch, ref: str | None) -> Iterator[str]:
    schema = _schema(contract, ref)
    discriminator = schema.get("discriminator", {})
    if discriminator.get("propertyName") != dispatch.property:
        yield f"{place}: its schema has no discriminator on {dispatch.property}, as x-dispatch has"
        return
    file = (ref or "").partition("#")[0]
    mapped = {v: resolve(contract.source.files, file, target)[0] for v, target in discriminator["mapping"].items()}
    wanted = {value: _file(contract, key) for value, key in dispatch.actions.items()}
    for value in sorted(mapped.keys() | wanted.keys()):
        if mapped.get(value) != wanted.get(value):
            yield f"{place}: {value} is {wanted.get(value)} to x-dispatch, and {mapped.get(value)} to its discriminator"


def _schema(contract: Contract, ref: str | None) -> Mapping[str, Any]:
    if ref is None:
        return {}
    file, _, pointer = ref.partition("#")
    schema: Mapping[str, Any] = resolve(contract.source.files, file, f"#{pointer}")[2]
    return schema


def _file(contract: Contract, key: str) -> str | None:
    body = contract.operations[key].body
    return next(iter(body.media.values()), None) if body else None
