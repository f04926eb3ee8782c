"""What a contract holds, as JSON-able values: each operation, how it is known, and where the documents disagree."""

from __future__ import annotations

from typing import Any

from contracts.contract import Contract


def listing(contract: Contract) -> dict[str, Any]:
    """Return the operations and discrepancies of a contract; ``selector`` is what tells those of one path apart."""
    return {
        "key": contract.key,
        "title": contract.title,
        "operations": [
            {
                "operation": o.id,
                "kind": o.kind,
                "methods": list(o.methods),
                "path": o.path,
                "selector": o.selector and dict([o.selector]),
                "summary": o.summary,
                "confidence": o.provenance.confidence.value,
                "source": o.provenance.source,
            }
            for o in contract.operations.values()
        ],
        "discrepancies": {
            d.id: {"title": d.title, "strict": d.strict, "lenient": d.lenient, "readings": list(d.readings)}
            for d in contract.discrepancies.values()
        },
    }
