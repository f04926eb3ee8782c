"""Reads the operations of a contract from its ``openapi.yaml``. Knows OpenAPI 3.1, and no vendor."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from contracts.errors import ContractError
from contracts.marks import children, own_provenance, provenance, reachable
from contracts.model import Confidence, Provenance
from contracts.operation import Answer, Body, Dispatch, Operation, OperationKind, Parameter, Place, SecurityScheme
from contracts.pointers import DanglingReference, follow, join, resolve

FILE = "openapi.yaml"
DISPATCH = "x-dispatch"
CHANNEL = "x-channel"
METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
Found = tuple[str, str, Mapping[str, Any]]


class BrokenOpenapi(ContractError):
    """Something in an ``openapi.yaml`` that no operation can be read from."""

    def __init__(self, place: str, wrong: str, remedy: str) -> None:
        super().__init__(f"{FILE} {place}: {wrong}; {remedy}")


class OpenapiReader:
    """Reads one document; ``files`` are the contract's parsed files, since the document refers to them."""

    def __init__(self, files: Mapping[str, Any]) -> None:
        self._files = files
        self._root: Mapping[str, Any] = _mapping(files[FILE], "", "the document")
        self._secrets: dict[str, dict[str, str]] = {}  # by schema: every operation names the same few answers

    def operations(self) -> dict[str, Operation]:
        """Return the operations by their key, in the order of the document."""
        operations: dict[str, Operation] = {}
        for operation in (*self._paths(), *self._webhooks()):
            known = operations.get(operation.id)
            if known is not None:
                operation = _joined(known, operation)
            operations[operation.id] = operation
        return operations

    def dispatches(self) -> dict[str, Dispatch]:
        """Return what the paths that mean several operations say of them, by the key of the common one."""
        found: dict[str, Dispatch] = {}
        for path, at, item, method, node in self._served():
            if DISPATCH in node:
                common = self._operation(_key(at, node), OperationKind.PATH, (method,), path, at, item)
                name, entries = self._entries(f"{at}/{method}", node)
                values = ((value, e) for v, e in entries.items() for value in (v, *e.get("also", ())))
                found[common.id] = Dispatch(name, common, {value: _key(at, e) for value, e in values})
        return found

    def security_schemes(self) -> dict[str, SecurityScheme]:
        """Return the ways to show a credential, by name."""
        schemes = _mapping(self._root.get("components", {}), "/components", "components").get("securitySchemes", {})
        return {name: self._scheme(name, scheme) for name, scheme in schemes.items()}

    def _scheme(self, name: str, node: Any) -> SecurityScheme:
        place = f"/components/securitySchemes/{name}"
        node = _mapping(node, place, "a security scheme")
        if node.get("type") not in ("http", "apiKey"):
            raise BrokenOpenapi(place, f"the type is {node.get('type')!r}", "write http or apiKey")
        return SecurityScheme(
            name,
            node["type"],
            str(node.get("scheme", "")).lower(),
            node.get("in", "header"),
            node.get("name", ""),
            provenance(node, f"{FILE} {place}"),
        )

    def _served(self) -> Iterator[tuple[str, str, Mapping[str, Any], str, Mapping[str, Any]]]:
        """Yield each path and method: the path, its pointer and item, the method and its node."""
        for path, item in _mapping(self._root.get("paths", {}), "/paths", "paths").items():
            _, at, item = self._follow(join(["paths", path]), item)
            for method in METHODS:
                if method in item:
                    yield path, at, item, method, _mapping(item[method], f"{at}/{method}", "an operation")

    def _paths(self) -> Iterator[Operation]:
        for path, at, item, method, node in self._served():
            if DISPATCH in node:
                yield from self._actions(path, at, item, method, node)
            else:
                yield self._operation(_key(f"{at}/{method}", node), OperationKind.PATH, (method,), path, at, item)

    def _actions(
        self, path: str, at: str, item: Mapping[str, Any], method: str, node: Mapping[str, Any]
    ) -> Iterator[Operation]:
        """Yield an operation for each value on which a path dispatches: what is common, with what is its own."""
        name, entries = self._entries(f"{at}/{method}", node)
        _, _, body = self._follow(f"{at}/{method}/requestBody", node.get("requestBody"))
        for value, entry in entries.items():
            key, schema = _key(f"{at}/{method} {value}", entry), entry.get("schema")
            if not isinstance(schema, Mapping) or set(schema) != {"$ref"}:
                raise BrokenOpenapi(f"{at}/{method} {value}", "it has no schema", "write schema: {$ref: a file}")
            content = {media: {**known, "schema": schema} for media, known in body.get("content", {}).items()}
            own = {k: v for k, v in node.items() if k not in (DISPATCH, "x-discrepancy")} | dict(entry)
            own["requestBody"] = {**body, "content": content}
            own["responses"] = {**node.get("responses", {}), **entry.get("responses", {})}
            made = self._operation(key, OperationKind.PATH, (method,), path, at, {**item, method: own})
            yield replace(made, selector=(name, value))

    def _entries(self, at: str, node: Mapping[str, Any]) -> tuple[str, dict[str, Mapping[str, Any]]]:
        """Return the property that a path dispatches on, and what stands under each of its values."""
        place = f"{at}/{DISPATCH}"
        block = _mapping(node[DISPATCH], place, DISPATCH)
        name, values = block.get("property"), _mapping(block.get("values"), f"{place}/values", "values")
        if not isinstance(name, str):
            raise BrokenOpenapi(place, "it names no property", "write property: and values: under it")
        return name, {v: self._follow(f"{place}/values{join([v])}", entry)[2] for v, entry in values.items()}

    def _webhooks(self) -> Iterator[Operation]:
        for name, item in _mapping(self._root.get("webhooks", {}), "/webhooks", "webhooks").items():
            _, at, item = self._follow(join(["webhooks", name]), item)
            methods = tuple(method for method in METHODS if method in item)
            if not methods:
                raise BrokenOpenapi(at, "the push has no method", "write post: or put: under it")
            yield self._operation(name, OperationKind.WEBHOOK, methods, "", at, item)

    def _operation(
        self, key: str, kind: OperationKind, methods: tuple[str, ...], path: str, at: str, item: Mapping[str, Any]
    ) -> Operation:
        node, at_node = item[methods[0]], f"{at}/{methods[0]}"
        mark = provenance(node, f"{FILE} {at_node}")
        parameters = (*self._parameters(at, item, mark), *self._parameters(at_node, node, mark))
        security = node.get("security", self._root.get("security", ()))
        return Operation(
            id=key,
            kind=kind,
            methods=tuple(method.upper() for method in methods),
            path=path,
            summary=node.get("summary", ""),
            provenance=mark,
            parameters=parameters,
            security=tuple(tuple(option) for option in security),
            body=self._request_body(at_node, node),
            answers=tuple(self._answers(at_node, node, mark)),
            credential=str(node.get("x-credential", "")),
            ending=str(item.get("x-ending", "")),
        )

    def _parameters(self, at: str, node: Mapping[str, Any], mark: Provenance) -> Iterator[Parameter]:
        for index, entry in enumerate(node.get("parameters", ())):
            file, pointer, found = self._follow(f"{at}/parameters/{index}", entry)
            if found.get("in") not in tuple(Place):
                raise BrokenOpenapi(pointer, f"in is {found.get('in')!r}", f"write one of {', '.join(Place)}")
            ref, schema = self._schema(file, pointer, found)
            yield Parameter(
                name=found["name"],
                place=Place(found["in"]),
                required=bool(found.get("required", False)),
                ref=ref,
                types=_types(schema),
                secret=_secret(schema) or _secret(found),
                provenance=own_provenance(found, f"{FILE} {pointer}") or mark,
                description=found.get("description", ""),
                shape=str(schema.get("pattern", "")),
            )

    def _request_body(self, at: str, node: Mapping[str, Any]) -> Body | None:
        if "requestBody" not in node:
            return None
        file, pointer, found = self._follow(f"{at}/requestBody", node["requestBody"])
        lenient = bool(found.get("x-any-media-type") or node.get("x-any-media-type"))
        most = found.get("x-max-bytes")
        if most is not None and (not isinstance(most, int) or isinstance(most, bool) or most < 1):
            raise BrokenOpenapi(pointer, f"x-max-bytes is {most!r}", "write a whole number of bytes, 1 or more")
        required = bool(found.get("required", False))
        return self._body(file, pointer, found, required=required, any_media_type=lenient, max_bytes=most)

    def _answers(self, at: str, node: Mapping[str, Any], mark: Provenance) -> Iterator[Answer]:
        for holder, ours in ((node, False), (node.get("x-simulator"), True), (self._root.get("x-simulator"), True)):
            responses = holder.get("responses", {}) if isinstance(holder, Mapping) else {}
            for status, entry in responses.items():
                base = f"{at}/responses" if holder is node else "/x-simulator/responses"
                file, pointer, found = self._follow(base + join([status]), entry)
                simulated = ours or bool(found.get("x-simulator"))
                own = own_provenance(found, f"{FILE} {pointer}")
                yield Answer(
                    str(status),
                    found.get("description", ""),
                    own or (_OURS if simulated else mark),
                    self._body(file, pointer, found, required=True) if found.get("content") else None,
                    simulated,
                )

    def _body(
        self,
        file: str,
        pointer: str,
        node: Mapping[str, Any],
        *,
        required: bool,
        any_media_type: bool = False,
        max_bytes: int | None = None,
    ) -> Body:
        media: dict[str, str | None] = {}
        secrets: dict[str, str] = {}
        for name, content in node.get("content", {}).items():
            ref, _ = self._schema(file, f"{pointer}/content{join([name])}", content)
            media[name.lower()] = ref
            if ref is not None:
                secrets.update(self._secrets_of(ref))
        return Body(required, media, any_media_type, secrets, max_bytes)

    def _secrets_of(self, ref: str) -> dict[str, str]:
        if ref not in self._secrets:
            self._secrets[ref] = secret_names(self._files, ref)
        return self._secrets[ref]

    def _schema(self, file: str, pointer: str, node: Mapping[str, Any]) -> tuple[str | None, Mapping[str, Any]]:
        if "schema" not in node:
            return None, {}
        file, pointer, found = follow(self._files, file, f"{pointer}/schema", node["schema"])
        ref = f"{file}#{pointer}" if pointer else file
        return ref, found if isinstance(found, Mapping) else {}

    def _follow(self, pointer: str, node: Any) -> Found:
        try:
            file, target, found = follow(self._files, FILE, pointer, node)
        except DanglingReference as error:
            raise BrokenOpenapi(pointer, str(error), "correct the reference") from None
        return file, target, _mapping(found, target, "an object")


_OURS = Provenance("the simulator", Confidence.INFERRED)


def secret_names(files: Mapping[str, Any], ref: str) -> dict[str, str]:
    """Return the property names under which a schema keeps secrets, with the kind of each."""
    names: dict[str, str] = {}
    for file, _, node in reachable(files, ref):
        for name, inner in (node.get("properties") or {}).items():
            kind = _kind_of(files, file, inner, set())
            if kind:
                names[name] = kind
    return names


def _kind_of(files: Mapping[str, Any], file: str, node: Any, seen: set[int]) -> str | None:
    """Return the kind of secret that a property is: by its own schema, or one that this refers to or is made of."""
    if not isinstance(node, Mapping) or id(node) in seen:
        return None
    seen.add(id(node))
    inside = [(file, inner) for keys, inner in children(node) if keys[0] != "properties"]
    if isinstance(node.get("$ref"), str):
        target, _, referred = resolve(files, file, node["$ref"])
        inside.append((target, referred))
    return _secret(node) or next((k for where, inner in inside if (k := _kind_of(files, where, inner, seen))), None)


def _joined(known: Operation, other: Operation) -> Operation:
    """Return one operation for two methods of a path that dispatch to it. Raises BrokenOpenapi for any other two."""
    methods = (*known.methods, *other.methods)
    if known.selector is None or replace(known, methods=methods) != replace(other, methods=methods):
        raise BrokenOpenapi(known.id, "two operations have this key", "give each a key of its own")
    return replace(known, methods=methods)


def _key(place: str, node: Mapping[str, Any]) -> str:
    key = node.get("operationId")
    if not isinstance(key, str):
        raise BrokenOpenapi(place, "it has no operationId", "give it one in English")
    return key


def _secret(node: Mapping[str, Any]) -> str | None:
    if node.get("format") == "password" or "x-secret" in node:
        return str(node.get("x-secret", "password"))
    return None


def _types(schema: Mapping[str, Any]) -> tuple[str, ...]:
    types = schema.get("type", ())
    return (types,) if isinstance(types, str) else tuple(types)


def _mapping(node: Any, pointer: str, what: str) -> Mapping[str, Any]:
    if not isinstance(node, Mapping):
        raise BrokenOpenapi(pointer, f"{what} is not a mapping", "write keys and values under it")
    return node
