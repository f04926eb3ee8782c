from dataclasses import replace

from contracts.model import Severity
from tests.contracts.toy import contract, push


def counts(*numbers, **facts):
    return [push({"bell": "a", "count": number}, **facts) for number in numbers]


def test_sequence_rule_names_the_exchange_that_breaks_it(tmp_path):
    """The index is that of the exchange among those that were given."""
    toy = contract(tmp_path)

    found = toy.check_sequence(counts(1, 2, 2, 3))

    assert [(index, v.clause, v.pointer, v.found) for index, v in found] == [(2, "counts-up", "/count", "2")]
    assert found[0][1].severity is Severity.ERROR


def test_each_target_and_tenant_has_an_order_of_its_own(tmp_path):
    """What goes to one receiver says nothing of what goes to another."""
    toy = contract(tmp_path)
    mixed = [*counts(1, target="u"), *counts(1, target="v"), *counts(1, tenant="other"), *counts(1, target="u")]

    assert [index for index, _ in toy.check_sequence(mixed)] == [3]


def test_faulted_unreadable_and_foreign_exchanges_are_left_out(tmp_path):
    """A push that was spoilt on purpose, one of the wrong shape and another vendor's count for nothing."""
    toy = contract(tmp_path)
    first, last = counts(5, 6)
    spoilt = replace(counts(1)[0], fault="reorder")
    foreign = replace(counts(1)[0], vendor="other")

    assert toy.check_sequence([first, spoilt, push({"bell": 1, "count": 1}), foreign, last]) == []


def test_delivery_counts_once_however_often_it_was_tried(tmp_path):
    """Attempts of one delivery are one message."""
    toy = contract(tmp_path)
    tries = [replace(counts(1)[0], delivery="d1", attempt=n) for n in (1, 2, 3)]

    assert toy.check_sequence(tries) == []
    assert len(toy.check_sequence([replace(each, delivery=f"d{n}") for n, each in enumerate(tries)])) == 2
