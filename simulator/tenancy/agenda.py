"""What a tenant still has to do, in the order in which it may be done. Pure: it knows no clock and starts nothing."""

from __future__ import annotations

import heapq
from collections import Counter, deque
from datetime import datetime

from simulator.tenancy.jobs import Job


class Agenda:
    """Jobs by id, and which may start next: the first due of those that lead their lane and are not under way."""

    def __init__(self) -> None:
        self.jobs: dict[int, Job] = {}
        self.running: set[int] = set()
        self._lanes: dict[str, deque[int]] = {}
        self._due: list[tuple[datetime, int]] = []
        self._of_run: Counter[str] = Counter()
        self._deeds: dict[str, dict[int, Job]] = {}

    def put(self, job: Job) -> None:
        """Add a job, at the end of its lane; or write one again, where it stands."""
        known = job.id in self.jobs
        self.jobs[job.id] = job
        self._of_run[job.run] += not known
        if (call := job.deed_of) is not None:
            self._deeds.setdefault(call, {})[job.id] = job
        if job.lane and not known:
            self._lanes.setdefault(job.lane, deque()).append(job.id)
        heapq.heappush(self._due, (job.due, job.id))

    def take(self, key: int) -> Job | None:
        """Remove a job that is done, and let the next of its lane come up."""
        job = self.jobs.pop(key, None)
        if job is None:
            return None
        self._of_run[job.run] -= 1
        if not self._of_run[job.run]:
            del self._of_run[job.run]
        if job.lane:
            self._leave_lane(job)
        if (call := job.deed_of) is not None:
            del self._deeds[call][key]
            if not self._deeds[call]:
                del self._deeds[call]
        return job

    def next(self) -> Job | None:
        """Return the job that is due first among those that may start; None when there is none."""
        while self._due:
            due, key = self._due[0]
            job = self.jobs.get(key)
            if job and job.due == due and key not in self.running and self._leads(job):
                return job
            heapq.heappop(self._due)  # done, put off, under way, or behind another: it comes back when it may start
        return None

    def deeds_of(self, call: str) -> tuple[Job, ...]:
        """Return what people will do with a call."""
        return tuple(self._deeds.get(call, {}).values())

    def has_jobs_of(self, run: str) -> bool:
        """Say whether anything of a scenario run is left to do."""
        return self._of_run[run] > 0

    def _leads(self, job: Job) -> bool:
        return not job.lane or self._lanes[job.lane][0] == job.id

    def _leave_lane(self, job: Job) -> None:
        lane = self._lanes[job.lane]
        lane.remove(job.id)
        if lane:
            heapq.heappush(self._due, (self.jobs[lane[0]].due, lane[0]))
        else:
            del self._lanes[job.lane]
