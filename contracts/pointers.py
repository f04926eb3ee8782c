"""JSON pointers (RFC 6901), and local references between the files of one contract folder."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Mapping
from typing import Any

from contracts.errors import ContractError


class DanglingReference(ContractError):
    """A ``$ref`` that leads nowhere, out of the folder, or round in a circle."""

    def __init__(self, reference: str, file: str, why: str) -> None:
        super().__init__(f"{file}: $ref {reference!r} {why}; name a place in this contract's own files")


def join(parts: Iterable[str | int]) -> str:
    """Return the pointer with these parts: ``join(["a/b", 0])`` is ``/a~1b/0``."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in parts)


def split(pointer: str) -> list[str]:
    """Return the parts of a pointer."""
    return [part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]]


def step(node: Any, part: str) -> Any:
    """Return what stands under one part of a pointer. Raises LookupError."""
    if isinstance(node, list):
        if not part.isdigit():
            raise LookupError(part)
        return node[int(part)]
    if isinstance(node, Mapping):
        return node[part]
    raise LookupError(part)


def resolve(files: Mapping[str, Any], file: str, reference: str) -> tuple[str, str, Any]:
    """Follow a ``$ref`` that stands in ``file``: return the file and the pointer it names, and what stands there.

    Raises DanglingReference.
    """
    path, _, pointer = reference.partition("#")
    if "://" in path or path.startswith("/"):
        raise DanglingReference(reference, file, "leaves the contract")
    target = posixpath.normpath(posixpath.join(posixpath.dirname(file), path)) if path else file
    if target not in files:
        raise DanglingReference(reference, file, f"names {target}, which is not there")
    node = files[target]
    try:
        for part in split(pointer):
            node = step(node, part)
    except LookupError:
        raise DanglingReference(reference, file, "names a place that is not there") from None
    return target, pointer, node


def follow(files: Mapping[str, Any], file: str, pointer: str, node: Any) -> tuple[str, str, Any]:
    """Follow references for as long as a node is nothing but one, with a summary or description of its own."""
    for _ in range(20):
        if not isinstance(node, Mapping) or not isinstance(node.get("$ref"), str):
            return file, pointer, node
        if set(node) - {"$ref", "summary", "description"}:
            return file, pointer, node
        file, pointer, node = resolve(files, file, node["$ref"])
    raise DanglingReference(str(node), file, "goes round in a circle")
