"""One operation of a contract as plain OpenAPI, in one document, without anything that is ours."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from contracts import openapi
from contracts.operation import Operation
from contracts.pointers import follow, resolve

Tree = dict[str, Any]
ASKED, ANSWERED = "asked", "answered"


def document(
    files: Mapping[str, Any],
    operation: Operation,
    method: str,
    pins: Mapping[str, Any],
    credentials: Mapping[str, Any] = MappingProxyType({}),
) -> Tree:
    """Return a document that has this operation alone, and says which other methods its path takes.

    Where a path means many operations, this one stands there by itself. ``pins`` are the only values that parameters
    of these names may have; ``credentials`` those of the fields of a body, where they stand together in one object.
    """
    root = files[openapi.FILE]
    _, _, item = follow(files, openapi.FILE, "", root["paths"][operation.path])
    bundle = _Bundle(files, pins, credentials)
    others = {m: {"responses": {"default": {"description": ""}}} for m in openapi.METHODS if m in item}
    node = _alone(files, operation, item[method.lower()])
    written = {
        "operationId": operation.id,
        "security": node.get("security", root.get("security", [])),
        "parameters": [bundle.parameter(p) for p in (*item.get("parameters", ()), *node.get("parameters", ()))],
        "responses": {str(status): bundle.answer(answer) for status, answer in _answers(root, node).items()},
    }
    if "requestBody" in node:
        written["requestBody"] = bundle.body(node["requestBody"])
    schemes = root.get("components", {}).get("securitySchemes", {})
    return {
        "openapi": root["openapi"],
        "info": root["info"],
        "paths": {operation.path: {**others, method.lower(): written}},
        "components": {"securitySchemes": schemes, "schemas": bundle.schemas()},
    }


def _alone(files: Mapping[str, Any], operation: Operation, node: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what stands at a path; of what it means, by a value in the body, the one operation."""
    if operation.selector is None:
        return node
    _, _, entry = follow(files, openapi.FILE, "", node[openapi.DISPATCH]["values"][operation.selector[1]])
    _, _, body = follow(files, openapi.FILE, "", node["requestBody"])
    content = {media: {"schema": entry["schema"]} for media in body["content"]}
    responses = {**node.get("responses", {}), **entry.get("responses", {})}
    return {**node, **entry, "requestBody": {**body, "content": content}, "responses": responses}


def _answers(root: Mapping[str, Any], node: Mapping[str, Any]) -> Tree:
    """Return the documented answers, and those of the simulator's own."""
    ours = (holder.get("x-simulator", {}).get("responses", {}) for holder in (root, node))
    found: Tree = {}
    for answers in (*ours, node.get("responses", {})):
        found |= answers
    return found


class _Bundle:
    """Moves what a document refers to into it: each schema once as asked, with the pins, and once as answered."""

    def __init__(self, files: Mapping[str, Any], pins: Mapping[str, Any], credentials: Mapping[str, Any]) -> None:
        self._files, self._pins, self._credentials = files, pins, credentials
        self._wanted: dict[str, tuple[str, Any, str]] = {}
        self._named: set[str] = set()

    def parameter(self, node: Any) -> Tree:
        file, _, found = follow(self._files, openapi.FILE, "", node)
        schema = self._moved(found.get("schema", {}), file, ASKED)
        if found["name"] in self._pins and found["name"] not in self._named:
            schema = {"enum": [self._pins[found["name"]]]}
            self._named.add(found["name"])  # what may stand elsewhere too need not be right there
        return {"name": found["name"], "in": found["in"], "required": found.get("required", False), "schema": schema}

    def body(self, node: Any) -> Tree:
        file, _, found = follow(self._files, openapi.FILE, "", node)
        return {"required": found.get("required", False), "content": self._content(found, file, ASKED)}

    def answer(self, node: Any) -> Tree:
        file, _, found = follow(self._files, openapi.FILE, "", node)
        content = self._content(found, file, ANSWERED)
        return {"description": found["description"], **({"content": content} if content else {})}

    def schemas(self) -> Tree:
        """Return every schema that was referred to, and what these refer to."""
        done: Tree = {}
        while left := self._wanted.keys() - done.keys():
            for name in sorted(left):
                file, node, side = self._wanted[name]
                done[name] = self._moved(node, file, side)
        return done

    def _content(self, node: Mapping[str, Any], file: str, side: str) -> Tree:
        medias = node.get("content", {}).items()
        return {
            name: {"schema": self._moved(media["schema"], file, side)} if "schema" in media else {}
            for name, media in medias
        }

    def _moved(self, node: Any, file: str, side: str) -> Any:
        """Return a schema with its references led into the document."""
        if isinstance(node, list):
            return [self._moved(each, file, side) for each in node]
        if not isinstance(node, Mapping):
            return node
        moved = {key: self._keyword(key, value, file, side) for key, value in node.items() if not key.startswith("x-")}
        moved.pop("discriminator", None)  # the union says the same, and no action stands in one here
        return moved

    def _keyword(self, key: str, value: Any, file: str, side: str) -> Any:
        if key in ("const", "enum"):
            return value
        if key == "$ref":
            return self._led(value, file, side)
        if key in ("properties", "$defs"):
            fields = {name: self._moved(inner, file, side) for name, inner in value.items()}
            shown = side == ASKED and self._credentials and self._credentials.keys() <= fields.keys()
            return fields | {name: {"enum": [v]} for name, v in self._credentials.items()} if shown else fields
        return self._moved(value, file, side)

    def _led(self, reference: str, file: str, side: str) -> str:
        target, pointer, node = resolve(self._files, file, reference)
        name = f"{side}-{posixpath.basename(target)}{pointer.replace('/', '-').replace('$', '')}"
        self._wanted[name] = (target, node, side)
        return f"#/components/schemas/{name}"
