"""Says which operation of a contract an exchange is about."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from contracts import bodies, wording
from contracts.clauses import unreadable, violation
from contracts.model import Confidence, Direction, Exchange, Part, Provenance, Violation
from contracts.operation import Dispatch, Operation, OperationKind
from contracts.variant import Variant

if TYPE_CHECKING:
    from contracts.contract import Contract

Identified = tuple[Operation, Mapping[str, str]]


def identify(contract: Contract, variant: Variant, exchange: Exchange) -> Identified | Violation:
    """Return the operation with its decoded path parameters, or the violation that an undocumented request is.

    An exchange that names its operation is believed; of others the path decides, with or without the vendor's
    prefix, and a push that no path can name is known by being the only one with its method.
    """
    if exchange.operation is not None:
        named = variant.operations.get(exchange.operation)
        return _wrong_operation(contract, exchange) if named is None else _named(contract, named, exchange)
    method, path = _asked(exchange), exchange.request.path
    routes = contract.routes
    found = routes.match(method, path) or routes.match(method, path.removeprefix(f"/{contract.key}"))
    if found is not None and found[0].id in variant.operations:
        return variant.operations[found[0].id], found[1]
    if found is not None and found[0].id in variant.dispatches:
        return _picked(variant, variant.dispatches[found[0].id], exchange, found[1])
    return _push(variant, exchange) or _undocumented(contract, method, path)


def _named(contract: Contract, operation: Operation, exchange: Exchange) -> Identified | Violation:
    method, path = _asked(exchange), exchange.request.path
    if method not in operation.methods:
        return _wrong(
            contract,
            "method",
            method,
            f"{' or '.join(operation.methods)} for {operation.id}",
            f"send {' or '.join(operation.methods)}",
            operation.provenance,
        )
    if operation.kind is OperationKind.WEBHOOK:
        return operation, {}
    found = contract.routes.parameters_of(operation, path)
    if found is None:
        wanted = f"{operation.path} for {operation.id}"
        return _wrong(contract, "path", path, wanted, f"send it to {operation.path}", operation.provenance)
    return operation, found


def _picked(
    variant: Variant, dispatch: Dispatch, exchange: Exchange, path: Mapping[str, str]
) -> Identified | Violation:
    """Return the operation that the body names, or what keeps it from naming one."""
    request, mark = exchange.request, dispatch.common.provenance
    try:
        body, _ = bodies.decode(dispatch.common.body, request.body, request.header("content-type"))
    except bodies.UnreadableBody as error:
        return unreadable(error, Part.REQUEST, mark)
    key = dispatch.pick(body)
    if key is not None:
        return variant.operations[key], path
    name = dispatch.property
    if not isinstance(body, Mapping):
        clause, pointer, value = "type", "", body
    else:
        clause, pointer, value = "discriminator" if name in body else "required", f"/{name}", body.get(name)
    schema = {"type": "object", "discriminator": {"mapping": dispatch.actions}}
    known: Any = dispatch.actions if clause == "discriminator" else "object"
    told = wording.expected("discriminator", known, schema, name)
    return violation(
        clause,
        Part.REQUEST,
        pointer,
        wording.found(clause, value, None),
        told if pointer else f"an object whose {name} is {told}",
        wording.remedy(clause, known, schema, name, value),
        mark,
    )


def _asked(exchange: Exchange) -> str:
    method = exchange.request.method.upper()
    return "GET" if method == "HEAD" else method  # a GET without its body


def _push(variant: Variant, exchange: Exchange) -> Identified | None:
    operations = variant.operations.values()
    served = any(o.kind is OperationKind.PATH for o in operations)
    if exchange.direction is not Direction.SENT and served:
        return None
    method = exchange.request.method.upper()
    pushes = [o for o in operations if o.kind is OperationKind.WEBHOOK and method in o.methods]
    return (pushes[0], {}) if len(pushes) == 1 else None


def _undocumented(contract: Contract, method: str, path: str) -> Violation:
    allowed = contract.methods_of(path) or contract.methods_of(path.removeprefix(f"/{contract.key}"))
    if allowed:
        wanted = " or ".join(allowed)
        return _wrong(contract, "method", method, f"{wanted} for this path", f"send {wanted}")
    paths = sorted({operation.path for operation in contract.operations.values() if operation.path})
    pushes = [operation for operation in contract.operations.values() if operation.kind is OperationKind.WEBHOOK]
    if pushes and not paths:
        methods = sorted({method for push in pushes for method in push.methods})
        return _wrong(contract, "method", method, f"a push by {' or '.join(methods)}", f"use {' or '.join(methods)}")
    expected = f"a path of the contract, such as {paths[0]}" if paths else "a path of the contract"
    return _wrong(contract, "path", f"{method} {path}", expected, "correct the path")


def _wrong_operation(contract: Contract, exchange: Exchange) -> Violation:
    known = ", ".join(contract.operations)
    return _wrong(contract, "operation", str(exchange.operation), f"one of {known}", "name an operation that is there")


def _wrong(
    contract: Contract, pointer: str, found: str, expected: str, remedy: str, mark: Provenance | None = None
) -> Violation:
    mark = mark or Provenance(f"{contract.title}: its paths and methods", Confidence.DOCUMENTED)
    return violation("operation", Part.REQUEST, pointer, found, expected, remedy, mark)
