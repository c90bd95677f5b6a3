"""Workers for handlers: so many at a time, each job answered by its deadline whether or not it ends.

Rule: a job that does not end gives its place back at its deadline and is counted as stuck until it does; only `stuck_limit` of
those are borne, then new jobs are turned away at once. A job whose deadline comes before its turn is never begun.
"""

import heapq
import itertools
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial
from typing import Any

IDLE_S = 30.0


@dataclass(eq=False)
class _Job:
    """`state` is waiting, running, late (its deadline came while it ran) or over; changed under the pool's lock only."""

    work: Callable[[], Any] | None
    late: Callable[[bool], Any]
    future: "Future[Any]"
    state: str = "waiting"


class Pool:
    """`size` jobs run side by side; threads are made when needed, are daemons, and go after half a minute of rest."""

    def __init__(self, size: int = 64, stuck_limit: int = 256) -> None:
        self.size = size
        self.stuck_limit = stuck_limit
        self._lock = threading.Lock()
        self._work_came = threading.Condition(self._lock)
        self._deadline_came = threading.Condition(self._lock)
        self._waiting: deque[_Job] = deque()
        self._deadlines: list[tuple[float, int, _Job]] = []
        self._order = itertools.count()
        self._workers = 0
        self._idle = 0
        self._stuck = 0
        self._watched = False
        self._closed = False

    @property
    def stuck(self) -> int:
        """Jobs past their deadline that have not ended."""
        return self._stuck

    def submit(self, work: Callable[[], Any], late: Callable[[bool], Any], timeout_s: float) -> "Future[Any]":
        """Run `work`; at the deadline answer `late(begun)` instead. What is turned away is answered `late(False)` at once."""
        future: Future[Any] = Future()
        future.set_running_or_notify_cancel()
        job = _Job(work, late, future)
        with self._lock:
            refused = self._closed or self._stuck >= self.stuck_limit
            if not refused:
                self._take(job, time.monotonic() + timeout_s)
        if refused:
            _settle(future, partial(late, False))
        return future

    def _take(self, job: _Job, deadline: float) -> None:
        self._waiting.append(job)
        heapq.heappush(self._deadlines, (deadline, next(self._order), job))
        if not self._watched:
            self._watched = True
            threading.Thread(target=self._watch, name="handler-deadlines", daemon=True).start()
        elif self._deadlines[0][2] is job:
            self._deadline_came.notify()
        self._staff()

    def _staff(self) -> None:
        """See to it that somebody takes what waits."""
        if self._idle:
            self._work_came.notify()
        if self._idle < len(self._waiting) and self._workers < self.size:
            self._workers += 1
            threading.Thread(target=self._serve, name="handler", daemon=True).start()

    def _serve(self) -> None:
        while (job := self._next()) is not None:
            assert job.work is not None
            answer: Future[Any] = Future()
            _settle(answer, job.work)
            with self._lock:
                in_time = job.state == "running"
                job.state = "over"
                job.work = None
                if not in_time:
                    self._stuck -= 1
            if not in_time:
                return  # another worker has this one's place
            _settle(job.future, answer.result)

    def _next(self) -> _Job | None:
        """The next job, begun; nothing when this worker should go."""
        with self._lock:
            while True:
                while self._waiting:
                    job = self._waiting.popleft()
                    if job.state == "waiting":
                        job.state = "running"
                        return job
                if self._closed or not self._rest():
                    self._workers -= 1
                    return None

    def _rest(self) -> bool:
        self._idle += 1
        came = self._work_came.wait(IDLE_S)
        self._idle -= 1
        return came or bool(self._waiting)

    def _watch(self) -> None:
        while (job := self._next_late()) is not None:
            _settle(job[0].future, partial(job[0].late, job[1]))

    def _next_late(self) -> tuple[_Job, bool] | None:
        """The next job whose deadline has come, and whether it was begun; nothing when the pool is closed and empty."""
        with self._lock:
            while True:
                if self._closed and not self._deadlines:
                    return None
                if not self._deadlines:
                    self._deadline_came.wait()
                    continue
                deadline, _, job = self._deadlines[0]
                if job.state != "over" and (remaining := deadline - time.monotonic()) > 0:
                    self._deadline_came.wait(remaining)
                    continue
                heapq.heappop(self._deadlines)
                if job.state != "over":
                    return job, self._abandon(job)

    def _abandon(self, job: _Job) -> bool:
        begun = job.state == "running"
        if begun:
            job.state = "late"
            self._stuck += 1
            self._workers -= 1
            if self._waiting:
                self._staff()
        else:
            job.state = "over"
            job.work = None
        return begun

    def close(self, wait_s: float = 0.0) -> bool:
        """Take nothing more; true when all that was taken is over within `wait_s`."""
        with self._lock:
            self._closed = True
            self._work_came.notify_all()
            self._deadline_came.notify_all()
            pending = [job.future for _, _, job in self._deadlines if job.state in ("waiting", "running")]
        end = time.monotonic() + wait_s
        return all(_ended(future, end - time.monotonic()) for future in pending)


def _settle(future: "Future[Any]", answer: Callable[[], Any]) -> None:
    """A fault of ours ends one job, and no thread of the pool."""
    try:
        future.set_result(answer())
    except (Exception, SystemExit) as error:
        future.set_exception(error)


def _ended(future: "Future[Any]", wait_s: float) -> bool:
    try:
        future.result(max(0.0, wait_s))
    except TimeoutError:
        return False
    return True
