"""What holds for every contract that is there, found by being there."""

import functools
import json
import subprocess
import sys

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contracts import bodies
from contracts.contract import discover, load
from contracts.examples import examples
from contracts.lint import lint
from contracts.model import Judgement, Part
from contracts.redaction import redact
from contracts.rulebook import Scope

load = functools.cache(load)
VENDORS = discover()
EXAMPLES = [pytest.param(e, id=f"{key}/{e.name}") for key in VENDORS for e in examples(load(key))]


class NoRecords:
    """Records of a fake that knows nothing, for state rules."""

    def get(self, kind, key):
        return None

    def all(self, kind):
        return []

    def find(self, kind, **where):
        return None


def documents(key):
    """Every decoded body of the examples, with the schema and the readings that it is judged by."""
    for example in examples(load(key)):
        variant = load(key).under(example.exchange.readings)[1]
        operation, exchange = variant.operations[example.operation], example.exchange
        pairs = [(operation.body, exchange.request)]
        if exchange.response is not None and (answer := operation.answer(exchange.response.status)):
            pairs.append((answer.body, exchange.response))
        for body, message in pairs:
            try:
                value, ref = bodies.decode(body, message.body, message.header("content-type"))
            except bodies.UnreadableBody:
                continue
            if ref is not None:
                yield variant.schemas, ref, value


def objects(node):
    """Every schema object in a parsed file."""
    if isinstance(node, dict):
        yield node
    for inner in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from objects(inner)


@pytest.mark.parametrize("key", VENDORS)
def test_address_has_no_more_room_than_its_format(key):
    """An e-mail address ends at 254 characters: a longer maxLength would promise what the format refuses."""
    found = [node for file in load(key).source.files.values() for node in objects(file) if "format" in node]

    assert [n for n in found if n["format"] == "email" and not n.get("maxLength", 0) <= 254] == []


def mutations(value):
    """Strategies for values that differ from one in a place or two."""
    odd = st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-5, 10**20),
        st.floats(allow_nan=False, allow_infinity=False),
        st.text(max_size=9),
        st.sampled_from(["", "0", "12\n", "2016-11-18", "2016-11-18T13:50:09Z", "a@b.co", "é" * 300, 1.0, [], {}]),
        st.just("[redacted:token]"),
    )
    if isinstance(value, dict) and value:
        names = st.sampled_from(sorted(value))
        changed = st.tuples(names, st.deferred(lambda: odd)).map(lambda pair: value | dict([pair]))
        dropped = names.map(lambda name: {k: v for k, v in value.items() if k != name})
        added = st.tuples(st.text(max_size=5), odd).map(lambda pair: value | dict([pair]))
        deeper = names.flatmap(lambda name: mutations(value[name]).map(lambda inner: value | {name: inner}))
        return changed | dropped | added | deeper
    if isinstance(value, list) and value:
        return st.lists(mutations(value[0]), max_size=3) | odd
    return odd


@pytest.mark.parametrize("key", VENDORS)
def test_shipped_contract_is_as_the_format_says(key):
    """Marks everywhere, rules with functions, readings that apply, examples of both kinds, the engines' subset."""
    assert lint(load(key)) == []


@pytest.mark.parametrize("example", EXAMPLES)
def test_example_is_judged_as_its_file_says(example):
    """A valid example breaks nothing, not even a guess; an invalid one shows each violation that it names."""
    contract = load(example.exchange.vendor)
    state = {rule.id for rule in contract.rules.values() if rule.scope is Scope.STATE}
    facts = NoRecords() if state & {expected.clause for expected in example.expect} else None

    judgement = contract.check(example.exchange, facts=facts)

    if example.valid:
        assert judgement.violations == ()
    missing = [expected for expected in example.expect if not expected.among(judgement)]
    assert missing == [], judgement.violations


@pytest.mark.parametrize("example", [each for each in EXAMPLES if each.values[0].valid])
def test_redacted_example_is_still_valid(example):
    """What the journal keeps of a right exchange passes the check again."""
    contract = load(example.exchange.vendor)

    assert contract.check(redact(example.exchange, contract)).violations == ()


@pytest.mark.parametrize("example", [each for each in EXAMPLES if not each.values[0].valid])
def test_violation_says_what_to_do(example):
    """Found, expected, remedy and source are there and short enough for a line or two."""
    found = load(example.exchange.vendor).check(example.exchange, facts=NoRecords()).violations

    assert found
    for violation in found:
        assert all((violation.clause, violation.found, violation.expected, violation.remedy, violation.source))
        assert len(violation.found) <= 80


@pytest.mark.parametrize("key", VENDORS)
def test_both_engines_judge_every_example_alike(key):
    """jsonschema-rs, which answers, and jsonschema, which explains, have one verdict."""
    different = [
        (ref, value)
        for schemas, ref, value in documents(key)
        if schemas.accepts(ref, value) is not schemas.reference_verdict(ref, value)
    ]

    assert different == []


@pytest.mark.parametrize("key", VENDORS)
@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True, database=None)
@given(choice=st.data())
def test_both_engines_judge_mutated_examples_alike(key, choice):
    """One verdict too for what is nearly right; and what is refused is explained."""
    schemas, ref, value = choice.draw(st.sampled_from(list(_documents(key))))
    mutated = choice.draw(mutations(value))

    verdict = schemas.accepts(ref, mutated)

    assert verdict is schemas.reference_verdict(ref, mutated), (ref, mutated)
    assert verdict is not any(True for _ in schemas.errors(ref, mutated)), (ref, mutated)


@pytest.mark.parametrize("key", VENDORS)
@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True, database=None)
@given(choice=st.data())
def test_no_body_makes_the_check_fail(key, choice):
    """Rules and explanations take any body that a stranger may send: there is always a judgement."""
    contract = load(key)
    example = choice.draw(st.sampled_from([e for e in examples(contract) if e.valid and e.exchange.request.body]))
    operation = contract.operations[example.operation]
    value = contract.decode(operation, example.exchange.request.body, example.exchange.request.header("content-type"))
    raw = json.dumps(choice.draw(mutations(value))).encode()
    headers = (*example.exchange.request.headers, ("content-type", "application/json"))
    request = type(example.exchange.request)(
        example.exchange.request.method, example.exchange.request.path, "", headers, raw
    )
    exchange = type(example.exchange)(contract.key, example.exchange.direction, request, operation=operation.id)

    judgement = contract.check(exchange, facts=NoRecords())

    assert isinstance(judgement, Judgement)
    assert all(v.part is Part.REQUEST for v in judgement.violations)
    assert isinstance(contract.check_sequence([exchange, exchange]), list)


@pytest.mark.parametrize("key", VENDORS)
def test_printed_examples_are_there(key):
    """What the vendor's document prints is in the suite, right or wrong."""
    assert any(example.printed for example in examples(load(key)))


def test_start_imports_no_slow_engine():
    """Loading every contract and judging a right exchange needs neither jsonschema nor jsonpatch."""
    program = """
import sys
from contracts.contract import discover, load
from contracts.examples import examples
from contracts.redaction import redact
for key in discover():
    contract = load(key)
    example = next(e for e in examples(contract) if e.valid and e.exchange.readings == contract.choose({}))
    assert contract.check(example.exchange).violations == ()
    redact(example.exchange, contract)
print(sorted({"jsonschema", "jsonpatch", "referencing", "requests", "flask"} & set(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=60)

    assert (done.stdout.strip(), done.stderr) == ("[]", "")


@functools.cache
def _documents(key):
    return tuple(documents(key))
