"""The world that a tenant has before anybody adds to it."""

import json
import subprocess
import sys
import timeit

import pytest

from simulator.telephony import phones
from simulator.worlds.directory import COMPANY, CUSTOMER, EXTENSION, KEYS, KINDS, NUMBER, QUEUE, USER
from simulator.worlds.world import baseline, from_mapping, merged
from tests.numbering import PHONES, is_line, is_national


@pytest.fixture(scope="module")
def base():
    return baseline("1", PHONES, samples=True)


def test_baseline_has_at_most_200_records_of_every_kind(base):
    """Each record stands under its key, and no kind is empty."""
    assert tuple(base) == KINDS
    assert 100 <= sum(len(records) for records in base.values()) <= 200
    assert all(base.values())
    assert all(record[KEYS[k]] == key for k, records in base.items() for key, record in records.items())


def test_baseline_is_a_world_that_could_have_been_given(base):
    """What is made up passes the same check as what a user writes, whatever the seed."""
    plurals = dict(zip(KINDS, ("companies", "users", "extensions", "customers", "numbers", "queues"), strict=True))

    for seed in map(str, range(20)):
        made = baseline(seed, PHONES, samples=seed == "1")
        body = {plurals[k]: list(records.values()) for k, records in made.items()} | {"baseline": False}

        assert merged({}, from_mapping(body)) == made


def test_baseline_extensions_have_users_companies_and_queues(base):
    """111 to 130 ring at a person's desk; the three queues have theirs."""
    assert list(base[EXTENSION]) == [str(n) for n in range(111, 131)]
    assert all(e["name"] == base[USER][e["user"]]["name"] for e in base[EXTENSION].values())
    assert {e["company"] for e in base[EXTENSION].values()} <= set(base[COMPANY])
    assert {name: (q["extensions"][0], q["extensions"][-1]) for name, q in base[QUEUE].items()} == {
        "suporte": ("111", "115"),
        "vendas": ("116", "120"),
        "financeiro": ("121", "123"),
    }


def test_baseline_lines_are_a_landline_first_an_0800_and_a_mobile(base):
    """Kinds agree with the numbers, and all but the free one have a country code."""
    lines = list(base[NUMBER].values())

    assert [line["kind"] for line in lines] == ["landline", "free", "mobile", "landline"]
    assert all(line["kind"] == phones.kind(line["number"]) for line in lines)
    assert all(is_line(line["number"]) for line in lines)


def test_baseline_customers_have_one_to_three_phones_of_their_own(base):
    """Phones are national, mostly mobile, and nobody shares one."""
    all_phones = [phone for customer in base[CUSTOMER].values() for phone in customer["phones"]]

    assert list(base[CUSTOMER])[:2] == ["11201", "11202"]
    assert {len(customer["phones"]) for customer in base[CUSTOMER].values()} == {1, 2, 3}
    assert all(is_national(phone) for phone in all_phones)
    assert len(set(all_phones)) == len(all_phones)
    assert sum(phones.kind(phone) == "mobile" for phone in all_phones) > len(all_phones) / 2


def test_samples_of_the_vendor_documents_work_in_a_baseline_with_samples(base):
    """Extension 111 has a user, and 37999912222 is a customer's; without samples it is nobody's."""
    plain = baseline("1", PHONES, samples=False)

    assert base[EXTENSION]["111"]["user"] in base[USER]
    assert [c["id"] for c in base[CUSTOMER].values() if "37999912222" in c["phones"]] == ["11201"]
    assert not [c for c in plain[CUSTOMER].values() if "37999912222" in c["phones"]]
    assert {**plain[CUSTOMER], "11201": 0} == {**base[CUSTOMER], "11201": 0}


def test_one_seed_is_one_world_in_every_process(base):
    """Another process with another hash seed makes the same bytes; another seed makes another world."""
    made_there = f"baseline('1', {PHONES}, samples=True)"
    program = f"import json; from simulator.worlds.world import baseline; print(json.dumps({made_there}))"

    made = [
        subprocess.run(
            [sys.executable, "-c", program], env={"PYTHONHASHSEED": salt}, capture_output=True, check=True
        ).stdout
        for salt in ("1", "2")
    ]

    assert made[0] == made[1] == (json.dumps(base) + "\n").encode()
    assert baseline("2", PHONES, samples=True)[USER] != base[USER]


def test_a_baseline_is_made_in_an_instant(base):
    """The best of three stays far under 150 ms, once Faker is imported."""
    took = min(timeit.repeat(lambda: baseline("3", PHONES, samples=False), number=1, repeat=3))

    assert took < 0.15


def test_importing_the_world_does_not_import_faker():
    """Neither does reading a user's world."""
    program = "import sys, simulator.worlds.world as w; w.from_mapping({'users': []}); print('faker' in sys.modules)"

    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert answer.stdout.strip() == "False"
