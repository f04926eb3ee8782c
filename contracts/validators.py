"""The one place that makes schema validators, over two engines that read the same files and fetch nothing.

`jsonschema-rs` answers whether a value is right, in microseconds; `jsonschema` is imported on the first failure, to
say why.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, NoReturn
from urllib.parse import quote

import jsonschema_rs

from contracts.errors import ContractError
from contracts.formats import FORMATS

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError

BASE = "https://contract.invalid/"
# What stands before the last $ of a pattern that both engines read alike is never a backslash.
_END = re.compile(r"\$(?=\)|\||\Z)")


class BrokenSchema(ContractError):
    """A schema that no validator can be made from."""

    def __init__(self, ref: str, why: str) -> None:
        super().__init__(f"{ref}: no validator can be made from this schema: {why}; correct the schema file")


class Schemas:
    """The schemas of one contract under one set of readings. Validators are made when they are first asked for.

    A ``ref`` names a schema: a file of the contract, with a JSON pointer after ``#`` where it is a part of it.
    """

    def __init__(self, files: Mapping[str, Any]) -> None:
        self.files = files
        self._fast: dict[str, jsonschema_rs.Draft202012Validator] = {}
        self._slow: dict[str, Any] = {}

    def accepts(self, ref: str, value: object) -> bool:
        """True when the value is as the schema says."""
        validator = self._fast.get(ref) or self._compile(ref)
        return validator.is_valid(value)

    def errors(self, ref: str, value: object) -> Iterator[ValidationError]:
        """Yield what is wrong, a missing or superfluous property each for itself, dispatching by ``discriminator``."""
        if ref not in self._slow:
            self._slow[ref] = self._explainer(ref)
        return iter(self._slow[ref].iter_errors(value))

    def reference_verdict(self, ref: str, value: object) -> bool:
        """Return the verdict of plain `jsonschema`, which must be that of ``accepts``."""
        return bool(_plain_class()(_wrapped(ref), **self._means()).is_valid(value))

    def _compile(self, ref: str) -> jsonschema_rs.Draft202012Validator:
        try:
            validator = jsonschema_rs.Draft202012Validator(
                _wrapped(ref),
                formats=dict(FORMATS),
                validate_formats=True,
                retriever=_deny,
                registry=self._fast_registry,
            )
        except (jsonschema_rs.ValidationError, jsonschema_rs.ReferencingError, ValueError) as error:
            raise BrokenSchema(ref, str(error).partition("\n")[0]) from None
        self._fast[ref] = validator
        return validator

    @functools.cached_property
    def _fast_registry(self) -> jsonschema_rs.Registry:
        try:
            return jsonschema_rs.Registry(
                [(BASE + name, content) for name, content in self.files.items()],
                draft=jsonschema_rs.Draft202012,
                retriever=_deny,
            )
        except (jsonschema_rs.ValidationError, jsonschema_rs.ReferencingError, ValueError) as error:
            raise BrokenSchema("the schemas together", str(error).partition("\n")[0]) from None

    def _explainer(self, ref: str) -> Any:
        return _explaining_class()(_wrapped(ref), **self._means())

    def _means(self) -> dict[str, Any]:
        return {"registry": self._slow_registry, "format_checker": _format_checker()}

    @functools.cached_property
    def _slow_registry(self) -> Any:
        from referencing import Registry
        from referencing.exceptions import NoSuchResource
        from referencing.jsonschema import DRAFT202012

        def deny(uri: str) -> NoReturn:
            raise NoSuchResource(ref=uri)  # type: ignore[call-arg]

        registry: Any = Registry(retrieve=deny)  # type: ignore[call-arg]
        return registry.with_resources(
            (BASE + name, DRAFT202012.create_resource(content)) for name, content in self.files.items()
        )


def _wrapped(ref: str) -> dict[str, Any]:
    file, _, pointer = ref.partition("#")
    return {"$ref": BASE + file + ("#" + quote(pointer, safe="/~") if pointer else "")}


def _deny(uri: str) -> NoReturn:
    raise ValueError(f"{uri} is not a file of this contract, and nothing is fetched")


@functools.cache
def _format_checker() -> Any:
    from jsonschema import FormatChecker

    checker = FormatChecker(formats=())
    # An instance's own table, since FormatChecker() shares the class's with everybody.
    checker.checkers = {name: (predicate, ()) for name, predicate in FORMATS.items()}
    return checker


@functools.cache
def _plain_class() -> Any:
    from jsonschema import Draft202012Validator, validators

    return validators.extend(Draft202012Validator, {"pattern": _pattern})  # type: ignore[no-untyped-call]


@functools.cache
def _explaining_class() -> Any:
    from jsonschema import validators

    keywords = {"required": _required, "additionalProperties": _additional, "oneOf": _one_of}
    return validators.extend(_plain_class(), keywords)  # type: ignore[no-untyped-call]


def _pattern(_: Any, pattern: str, instance: object, __: Any) -> Iterator[ValidationError]:
    # Python's $ lets a newline follow, the other engine's does not.
    if isinstance(instance, str) and not re.search(_END.sub(r"\\Z", pattern), instance):
        yield _error(f"it does not match {pattern}")


def _required(_: Any, required: list[str], instance: object, __: Any) -> Iterator[ValidationError]:
    if isinstance(instance, dict):
        for name in required:
            if name not in instance:
                yield _error("it is missing", path=[name])


def _additional(validator: Any, allowed: Any, instance: object, schema: Any) -> Iterator[ValidationError]:
    if not isinstance(instance, dict):
        return
    for name in instance:
        if name in schema.get("properties", ()) or any(
            re.search(_END.sub(r"\\Z", pattern), name) for pattern in schema.get("patternProperties", ())
        ):
            continue
        if allowed is False:
            yield _error("it is not named by the schema", path=[name])
        else:
            yield from validator.descend(instance[name], allowed, path=name)


def _one_of(validator: Any, branches: list[Any], instance: object, schema: Any) -> Iterator[ValidationError]:
    from jsonschema import Draft202012Validator

    chosen = _chosen_branch(branches, instance, schema)
    if chosen is not None:
        found = list(validator.descend(instance, branches[chosen], schema_path=chosen))
        if found:
            yield from found
            return
    property_name = schema.get("discriminator", {}).get("propertyName")
    if chosen is None and property_name is not None and isinstance(instance, dict):
        if property_name in instance or property_name not in schema.get("required", ()):
            yield _error("it chooses no branch", path=[property_name], validator="discriminator")
        return
    yield from Draft202012Validator.VALIDATORS["oneOf"](validator, branches, instance, schema)


def _chosen_branch(branches: list[Any], instance: object, schema: Any) -> int | None:
    discriminator = schema.get("discriminator")
    if not discriminator or not isinstance(instance, dict):
        return None
    value = instance.get(discriminator["propertyName"])
    target = discriminator.get("mapping", {}).get(value) if isinstance(value, str) else None
    return next((i for i, branch in enumerate(branches) if target and branch.get("$ref") == target), None)


def _error(message: str, **more: Any) -> ValidationError:
    from jsonschema.exceptions import ValidationError

    return ValidationError(message, **more)
