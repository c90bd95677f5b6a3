"""Every job is answered by its deadline, and none that hangs keeps others from being served."""

import threading
from collections.abc import Callable
from typing import Any

from handlers.pool import Pool

LONG = 20.0
SHORT = 0.05


def late(begun: bool) -> str:
    return "late" if begun else "never begun"


def hanging(release: threading.Event, begun: threading.Event | None = None) -> Callable[[], Any]:
    def work() -> str:
        if begun is not None:
            begun.set()
        release.wait(LONG)
        return "ended"

    return work


def test_a_job_answers() -> None:
    assert Pool(1).submit(lambda: 42, late, LONG).result(LONG) == 42


def test_a_fault_of_the_job_is_its_own() -> None:
    pool = Pool(1)
    future = pool.submit(lambda: 1 // 0, late, LONG)
    assert isinstance(future.exception(LONG), ZeroDivisionError)
    assert pool.submit(lambda: "next", late, LONG).result(LONG) == "next"


def test_sys_exit_in_a_job_does_not_take_its_worker_away() -> None:
    pool = Pool(1)
    assert isinstance(pool.submit(exit, late, LONG).exception(LONG), SystemExit)
    assert pool.submit(lambda: "next", late, LONG).result(LONG) == "next"


def test_many_jobs_all_answer_on_few_workers() -> None:
    pool = Pool(3)
    futures = [pool.submit(lambda number=number: number * number, late, LONG) for number in range(200)]
    assert [future.result(LONG) for future in futures] == [number * number for number in range(200)]


def test_a_job_that_hangs_is_answered_at_its_deadline_and_gives_its_place_back() -> None:
    pool, release = Pool(1), threading.Event()
    stuck = pool.submit(hanging(release), late, SHORT)
    assert stuck.result(LONG) == "late"
    assert pool.stuck == 1
    assert pool.submit(lambda: "served", late, LONG).result(LONG) == "served"
    release.set()


def test_a_hung_job_that_ends_after_all_is_no_longer_counted() -> None:
    pool, release = Pool(1), threading.Event()
    pool.submit(hanging(release), late, SHORT).result(LONG)
    release.set()
    wait_until(lambda: pool.stuck == 0)
    assert pool.submit(lambda: "served", late, LONG).result(LONG) == "served"


def test_a_job_whose_turn_does_not_come_is_never_begun() -> None:
    pool, release, begun, ran = Pool(1), threading.Event(), threading.Event(), threading.Event()
    busy = pool.submit(hanging(release, begun), late, LONG)
    assert begun.wait(LONG)
    assert pool.submit(ran.set, late, SHORT).result(LONG) == "never begun"
    release.set()
    assert busy.result(LONG) == "ended"
    assert pool.submit(lambda: "served", late, LONG).result(LONG) == "served"
    assert not ran.is_set()


def test_what_waits_is_served_when_a_hung_job_gives_its_place_back() -> None:
    pool, release, begun = Pool(1), threading.Event(), threading.Event()
    pool.submit(hanging(release, begun), late, SHORT * 4)
    assert begun.wait(LONG)
    assert pool.submit(lambda: "served", late, LONG).result(LONG) == "served"
    release.set()


def test_too_many_hung_jobs_turn_new_ones_away_at_once() -> None:
    pool, release = Pool(1, stuck_limit=2), threading.Event()
    for _ in range(2):
        assert pool.submit(hanging(release), late, SHORT).result(LONG) == "late"
    assert pool.submit(lambda: "served", late, LONG).result(0) == "never begun"
    release.set()
    wait_until(lambda: pool.stuck == 0)
    assert pool.submit(lambda: "served", late, LONG).result(LONG) == "served"


def test_closing_ends_what_was_taken_and_takes_no_more() -> None:
    pool, release, begun = Pool(1), threading.Event(), threading.Event()
    running = pool.submit(hanging(release, begun), late, LONG)
    assert begun.wait(LONG)
    assert not pool.close(0)
    release.set()
    assert pool.close(LONG)
    assert running.result(0) == "ended"
    assert pool.submit(lambda: "served", late, LONG).result(0) == "never begun"


def wait_until(holds: Callable[[], bool]) -> None:
    tick = threading.Event()
    for _ in range(2_000):
        if holds():
            return
        tick.wait(0.005)
    raise AssertionError("it never came to be")
