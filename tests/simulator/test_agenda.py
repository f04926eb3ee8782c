"""Which job may start next."""

from dataclasses import replace
from datetime import timedelta

from simulator.tenancy.agenda import Agenda
from simulator.tenancy.jobs import Job, Task
from simulator.tenancy.tenants import FIRST_MORNING


def job(key, after=0, lane="", run=""):
    return Job(key, FIRST_MORNING + timedelta(seconds=after), Task.DELIVER, {}, lane, run)


def agenda(*jobs):
    made = Agenda()
    for each in jobs:
        made.put(each)
    return made


def drained(made):
    """Return the ids in the order in which they may be done, each done at once."""
    order = []
    while (each := made.next()) is not None:
        made.take(each.id)
        order.append(each.id)
    return order


def test_deeds_of_a_call_are_known_until_they_are_done():
    of = {1: (Task.DEED, "c1"), 2: (Task.RING_OUT, "c1"), 3: (Task.OFFER, "c1"), 4: (Task.DEED, "c2")}
    made = agenda(*(Job(key, FIRST_MORNING, task, {"call": call}) for key, (task, call) in of.items()))

    known = [[each.id for each in made.deeds_of(call)] for call in ("c1", "c2", "c3")]
    drained(made)

    assert known == [[1, 2], [4], []]
    assert (made.deeds_of("c1"), made.deeds_of("c2")) == ((), ())


def test_jobs_come_by_time_and_then_by_number():
    assert drained(agenda(job(1, 5), job(2, 0), job(3, 5), job(4, 0))) == [2, 4, 1, 3]


def test_job_waits_for_the_one_before_it_in_its_lane_though_that_is_due_later():
    assert drained(agenda(job(1, 9, "a"), job(2, 0, "a"), job(3, 5))) == [3, 1, 2]


def test_job_that_is_put_off_keeps_its_place_in_its_lane():
    made = agenda(job(1, 0, "a"), job(2, 1, "a"))

    made.put(replace(job(1, 0, "a"), due=FIRST_MORNING + timedelta(minutes=5)))

    assert made.next().id == 1
    assert drained(made) == [1, 2]


def test_job_that_is_under_way_is_not_offered_again_and_holds_its_lane():
    made = agenda(job(1, 0, "a"), job(2, 0, "a"), job(3, 7, "b"))

    made.running.add(1)

    assert made.next().id == 3


def test_job_that_was_under_way_is_offered_again_once_it_is_put_off():
    made = agenda(job(1))
    made.running.add(1)
    assert made.next() is None

    made.running.discard(1)
    made.put(job(1, 5))

    assert made.next() == job(1, 5)


def test_nothing_is_left_of_what_was_taken():
    made = agenda(job(1, 0, "a", "r1"), job(2, 0, "", "r1"), job(3, 0, "a", "r2"))

    assert drained(made) == [1, 2, 3]

    assert (made.jobs, made._lanes, made._of_run, made.next()) == ({}, {}, {}, None)


def test_run_has_jobs_until_its_last_is_taken():
    made = agenda(job(1, run="r1"), job(2, run="r1"), job(3, run="r2"))
    made.put(job(1, 5, run="r1"))  # put off: still one job

    made.take(1)
    assert made.has_jobs_of("r1")

    made.take(2)
    assert (made.has_jobs_of("r1"), made.has_jobs_of("r2"), made.has_jobs_of("r9")) == (False, True, False)


def test_taking_what_is_not_there_does_nothing():
    assert agenda(job(1)).take(9) is None
