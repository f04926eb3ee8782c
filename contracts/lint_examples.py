"""Says which examples are missing from a contract, and which say too little."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from contracts.examples import Example, examples

if TYPE_CHECKING:
    from contracts.contract import Contract


def lint(contract: Contract) -> Iterator[str]:
    """Yield what is wrong with the examples: some of both kinds for each operation, each saying why."""
    found = list(examples(contract))
    kinds = {(example.operation, example.valid) for example in found}
    for operation in contract.operations:
        for valid, folder in ((True, "valid"), (False, "invalid")):
            if (operation, valid) not in kinds:
                yield f"examples/{operation}/{folder}: there is no example; write one at least"
    for example in found:
        yield from _example(example)


def _example(example: Example) -> Iterator[str]:
    if not example.why:
        yield f"examples {example.name}: it has no why; say in a sentence what it shows"
    if not example.source:
        yield f"examples {example.name}: it has no source"
    if example.valid and example.expect:
        yield f"examples {example.name}: it is valid, and expects violations; file it under invalid"
    if not example.valid and not example.expect:
        yield f"examples {example.name}: it is invalid, and expects no violation; name at least one"
