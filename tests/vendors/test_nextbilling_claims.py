"""NextBilling: whose a request is, and what its world has."""

from __future__ import annotations

import pytest

from contracts.model import HttpRequest
from simulator.vendor import Claim, Problem
from simulator.vendors.nextbilling import VENDOR
from tests.vendors.nextbilling_world import WORLD, work_of
from tests.work import DictCredentials, DictWork


def claim(path: str, *works: DictWork) -> Claim:
    assert VENDOR.claim
    return VENDOR.claim("listRingGroups", HttpRequest("GET", path), None, DictCredentials(works))


def address(token: str, key: str, resource: str = "manageRingGroups") -> str:
    return f"/api/{resource}/{token}/{key}/0"


@pytest.mark.parametrize("level", ["master", "reseller", "subscriber"])
@pytest.mark.parametrize("resource", ["manageRingGroups", "noSuchThing"])
def test_claim_by_token_and_key_names_their_tenant(level: str, resource: str) -> None:
    """Each level has a pair of its own, and the resource does not matter."""
    one, other = work_of(), work_of("other", "2")
    mine = other.credentials("nextbilling")

    assert claim(address(mine[f"{level}_token"], mine[f"{level}_key"], resource), one, other) == Claim("other")


@pytest.mark.parametrize("wrong", ["token", "key"])
def test_claim_by_a_wrong_half_names_nobody(wrong: str) -> None:
    """Token and key both count."""
    work = work_of()
    mine = work.credentials("nextbilling")
    halves = {"token": mine["master_token"], "key": mine["master_key"], wrong: "x"}

    found = claim(address(halves["token"], halves["key"]), work)

    assert (found.tenant, found.problem) == (None, Problem.UNAUTHENTICATED)
    assert f"this {wrong}:" in found.detail


def test_claim_by_halves_of_two_tenants_is_forbidden() -> None:
    """Credentials mixed from two tenants open neither."""
    one, other = work_of(), work_of("other", "2")
    token, key = one.credentials("nextbilling")["master_token"], other.credentials("nextbilling")["master_key"]

    found = claim(address(token, key), one, other)

    assert (found.tenant, found.problem) == (None, Problem.FORBIDDEN)


def test_claim_by_halves_of_two_levels_is_forbidden() -> None:
    """A subscriber's key does not make a master's token good."""
    work = work_of()
    mine = work.credentials("nextbilling")

    found = claim(address(mine["subscriber_token"], mine["master_key"]), work)

    assert (found.tenant, found.problem) == (None, Problem.FORBIDDEN)


def test_claim_by_swapped_halves_is_hinted_at() -> None:
    """The journal says what happened, and shows neither."""
    work = work_of()
    mine = work.credentials("nextbilling")

    found = claim(address(mine["master_key"], mine["master_token"]), work)

    assert (found.tenant, found.hint) == (None, "token and key are swapped")


@pytest.mark.parametrize("path", ["/", "/api/cdr", "/api/cdr/x", "//api/cdr"])
def test_claim_without_both_halves_names_nobody(path: str) -> None:
    """An address that has no room for them."""
    assert claim(path, work_of()).tenant is None


def test_default_world_has_what_the_samples_name() -> None:
    """Subscriber 9 with its eight lines and group 4, and subscriber 3 with line 366."""
    world = VENDOR.world(work_of().identity, WORLD, True)

    owners = {key: line["subscriber"] for key, line in world["nextbilling.line"].items()}
    assert owners == {**dict.fromkeys(["1", "3", "4", "5", "6", "9", "19", "23"], 9), "366": 3}
    assert list(world["nextbilling.subscriber"]) == ["9", "3"]
    assert list(world["nextbilling.group"]) == ["4"]
    assert [line["extension"] for line in world["nextbilling.line"].values()][:3] == ["111", "112", None]


@pytest.mark.parametrize("extensions", [8, 20, 400])
def test_lines_of_many_extensions_have_ids_of_their_own(extensions: int) -> None:
    """The samples' ids come first, and no line takes that of the other subscriber."""
    many = {**WORLD, "extension": {str(n): {"number": str(n), "name": "x"} for n in range(1000, 1000 + extensions)}}

    lines = VENDOR.world(work_of().identity, many, True)["nextbilling.line"]

    assert len(lines) == extensions + 1
    assert lines["366"]["subscriber"] == 3


def test_other_tenants_have_a_line_for_each_extension() -> None:
    """What the samples name is the default tenant's alone."""
    world = VENDOR.world(work_of().identity, WORLD, False)

    assert list(world["nextbilling.line"]) == ["1", "2", "3"]
    assert world["nextbilling.group"]["1"]["devices"] == [1, 2]
    assert world["nextbilling.subscriber"]["1"]["name"] == "Padaria Sol"
