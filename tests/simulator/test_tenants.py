"""Tenants: who is there, whose a secret is, and that no two hold the same."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from simulator.clock import Mode
from simulator.tenancy.registry import Taken, Tenants, UnknownTenant
from simulator.tenancy.tenants import (
    FIRST_MORNING,
    Profile,
    Tenant,
    UnknownZone,
    first_clock,
    with_credentials,
    zone_of,
)

CREDENTIALS = {"hubsoft": {"client_id": "1", "client_secret": "s"}}


def tenant(name="t", **profile):
    return Tenant(Profile(name, **profile), first_clock(Mode.JUMPING), {})


def tenants(*made):
    every = Tenants()
    for each in made:
        every.add(each)
    return every


def test_profile_survives_being_written_down():
    profile = Profile(
        "t",
        seed="9",
        zone="America/Manaus",
        readings={"hubsoft": {"H1": "lenient"}},
        switches={"hubsoft": {"validation_status": "422"}},
        accounts={"pbx55": {"central_id": "7"}},
        credentials=CREDENTIALS,
        balance=Decimal("0.10"),
    )

    assert Profile.from_document(profile.to_document()) == profile


def test_made_credentials_stand_where_none_were_given():
    profile = Profile("t", credentials={"hubsoft": {"client_id": "mine"}})

    made = with_credentials(profile, {"hubsoft": {"client_id": "made", "client_secret": "made"}, "pbx55": {}})

    assert made.credentials == {"hubsoft": {"client_id": "mine", "client_secret": "made"}, "pbx55": {}}


def test_name_that_is_taken_is_refused():
    with pytest.raises(Taken, match="the name 't' belongs to another tenant; choose another"):
        tenants(tenant(), tenant())


def test_credential_that_is_taken_is_refused_and_the_first_holder_keeps_it():
    every = tenants(tenant("one", credentials=CREDENTIALS))

    with pytest.raises(Taken, match="the hubsoft credential 'client_secret' belongs to another tenant"):
        every.add(tenant("two", credentials={"hubsoft": {"client_id": "2", "client_secret": "s"}}))

    assert [t.name for t in every] == ["one"]
    assert every.holder("hubsoft", "client_secret", "s") == "one"
    assert every.holder("hubsoft", "client_id", "2") is None


def test_same_value_for_another_vendor_or_field_is_another_credential():
    every = tenants(
        tenant("one", credentials=CREDENTIALS),
        tenant("two", credentials={"pbx55": {"client_id": "1"}, "hubsoft": {"client_id": "s"}}),
    )

    assert every.holder("pbx55", "client_id", "1") == "two"
    assert every.holder("hubsoft", "client_id", "s") == "two"


def test_discarded_tenant_gives_up_its_credentials():
    every = tenants(tenant("one", credentials=CREDENTIALS))

    every.discard("one")
    every.add(tenant("two", credentials=CREDENTIALS))

    assert every.holder("hubsoft", "client_id", "1") == "two"
    assert "one" not in every


def test_unknown_tenant_is_named_with_those_there_are():
    with pytest.raises(UnknownTenant, match="there is no tenant 'x'; there are: one, two"):
        tenants(tenant("two"), tenant("one")).get("x")


@pytest.mark.parametrize(
    ("revoked", "after", "holder"),
    [(False, timedelta(seconds=59), "one"), (False, timedelta(seconds=60), None), (True, timedelta(), None)],
)
def test_token_has_a_holder_until_it_expires_or_is_revoked(revoked, after, holder):
    """Its time is over at the second that it says, on the clock of the tenant that gave it."""
    one = tenant("one")
    expires = FIRST_MORNING + timedelta(minutes=1)
    one.records["hubsoft.token"] = {"tok": {"revoked": revoked, "expires_at": expires.isoformat()}}
    one.clock = one.clock.jumped(FIRST_MORNING + after, one.clock.wall_anchor)

    assert tenants(tenant("other"), one).token_holder("hubsoft", "tok") == holder


def test_unknown_token_has_no_holder():
    assert tenants(tenant()).token_holder("hubsoft", "tok") is None


@pytest.mark.parametrize("name", ["Mars/Olympus", "", "../etc/passwd", "America", "x" * 300])
def test_unknown_zone_is_refused_with_one_that_could_be_meant(name):
    with pytest.raises(UnknownZone, match="write one like America/Sao_Paulo"):
        zone_of(name)


def test_first_clock_begins_at_a_fixed_morning_when_it_jumps_and_else_now():
    start = datetime(2030, 1, 1, tzinfo=UTC)

    assert first_clock(Mode.JUMPING).tenant_anchor == FIRST_MORNING
    assert first_clock(Mode.JUMPING, start=start).tenant_anchor == start
    assert abs(first_clock(Mode.REAL).tenant_anchor - datetime.now(UTC)) < timedelta(minutes=1)


def test_world_is_put_in_place_at_the_first_use_and_once():
    opened, one = [], tenant()
    one.furnish = lambda: opened.append(True)

    one.open()
    one.open()

    assert opened == [True]


def test_price_list_is_read_once_and_again_when_the_profile_has_another():
    changed = tenant()
    usual = changed.tariffs
    changed.profile = replace(changed.profile, tariffs={"VC1": {"per_minute": "1.00"}})

    own = changed.tariffs

    assert usual.by_class["VC1"].per_minute != own.by_class["VC1"].per_minute == 1
    assert changed.tariffs is own
