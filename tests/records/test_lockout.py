"""Guessing is slowed and then refused, and nobody can lock out somebody else."""

import datetime as dt
import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.ports.unit_of_work import StorageError
from ivr.records.database import Database, RecordsSettings, open_database
from ivr.records.lockout import Counts, DatabaseAttempts, LockoutSettings, Verdict, judge
from tests.records.conftest import AT

SETTINGS = LockoutSettings()
counts = st.builds(Counts, *(st.integers(0, 10_000) for _ in range(3)))


def at(**later: float) -> dt.datetime:
    return AT + dt.timedelta(**later)


def fail(attempts: DatabaseAttempts, identifier: str, caller: str, times: int, moment: dt.datetime = AT) -> Verdict:
    """Try a wrong code so often; the verdict on the next try."""
    for _ in range(times):
        if not attempts.check(identifier, caller, moment).refused:
            attempts.note(identifier, caller, moment, success=False)
    return attempts.check(identifier, caller, moment)


@given(counts, st.booleans())
def test_a_wait_is_bounded_and_a_refusal_waits_for_nothing(seen: Counts, anonymous: bool) -> None:
    verdict = judge(seen, SETTINGS, anonymous)
    assert 0 <= verdict.wait_ms <= SETTINGS.longest_wait_ms
    assert not (verdict.refused and verdict.wait_ms)


@given(counts, st.booleans(), st.integers(0, 10_000))
def test_what_others_tried_never_refuses(seen: Counts, anonymous: bool, others: int) -> None:
    more = Counts(seen.pair, seen.caller, others)
    assert judge(seen, SETTINGS, anonymous).refused == judge(more, SETTINGS, anonymous).refused


@given(counts)
def test_more_wrong_codes_never_help(seen: Counts) -> None:
    before, after = (
        judge(seen, SETTINGS, False),
        judge(Counts(seen.pair + 1, seen.caller + 1, seen.identifier + 1), SETTINGS, False),
    )
    assert after.refused or (not before.refused and after.wait_ms >= before.wait_ms)


def test_wrong_codes_are_free_then_slow_then_refused() -> None:
    verdicts = [judge(Counts(wrong, wrong, wrong), SETTINGS, False) for wrong in range(6)]
    assert verdicts == [Verdict(), Verdict(), Verdict(), Verdict(500), Verdict(1_000), Verdict(refused=True)]


def test_a_pair_is_refused_across_calls_until_the_window_has_passed(each_database: Database) -> None:
    attempts = DatabaseAttempts(each_database)
    assert fail(attempts, "marie", "0199", 5).refused
    assert attempts.check("marie", "0199", at(hours=23)).refused
    assert attempts.check("marie", "0199", at(hours=25)) == Verdict()


def test_the_person_herself_gets_in_from_her_own_phone_while_she_is_attacked(each_database: Database) -> None:
    attempts = DatabaseAttempts(each_database)
    for caller in range(8):
        fail(attempts, "marie", f"attacker{caller}", 6)
    verdict = attempts.check("marie", "her phone", AT)
    assert (verdict.refused, 0 < verdict.wait_ms <= SETTINGS.longest_wait_ms) == (False, True)


def test_an_identifier_is_slow_for_an_hour_only(database: Database) -> None:
    attempts = DatabaseAttempts(database)
    fail(attempts, "marie", "attacker", 5)
    assert attempts.check("marie", "her phone", at(minutes=61)) == Verdict()


def test_a_caller_who_tries_many_identifiers_is_refused(database: Database) -> None:
    attempts = DatabaseAttempts(database)
    for number in range(15):
        attempts.note(f"person{number}", "attacker", AT, success=False)
    assert attempts.check("anybody", "attacker", AT).refused
    assert not attempts.check("anybody", "somebody else", AT).refused


def test_callers_without_a_number_are_not_refused_for_one_another(database: Database) -> None:
    attempts = DatabaseAttempts(database)
    for number in range(40):
        attempts.note(f"person{number}", "", AT, success=False)
    assert not attempts.check("marie", "", AT).refused
    assert fail(attempts, "marie", "", 5).refused


def test_the_right_code_clears_what_the_same_caller_mistyped(database: Database) -> None:
    attempts = DatabaseAttempts(database)
    fail(attempts, "marie", "0199", 3)
    attempts.note("marie", "0199", at(seconds=1), success=True)
    assert attempts.check("marie", "0199", at(seconds=2)) == Verdict()


def test_ones_own_right_code_does_not_clear_guesses_at_others(database: Database) -> None:
    attempts = DatabaseAttempts(database)
    for number in range(15):
        attempts.note(f"person{number}", "attacker", AT, success=False)
        attempts.note("own", "attacker", AT, success=True)
    assert attempts.check("person99", "attacker", AT).refused


def test_tries_at_once_are_worth_no_more_than_one_after_the_other(each_database: Database) -> None:
    attempts = DatabaseAttempts(each_database)
    together = threading.Barrier(12)

    def attempt(_: int) -> bool:
        together.wait(10)
        return attempts.check("marie", "attacker", AT).refused

    with ThreadPoolExecutor(12) as pool:
        refused = list(pool.map(attempt, range(12)))
    assert refused.count(False) == SETTINGS.pair_limit


def test_a_try_whose_result_was_lost_is_forgotten_within_minutes(database: Database) -> None:
    attempts = DatabaseAttempts(database)
    for _ in range(5):
        attempts.check("marie", "0199", AT)
    assert attempts.check("marie", "0199", at(seconds=30)).refused
    assert attempts.check("marie", "0199", at(seconds=91)) == Verdict()


def test_an_agent_can_forgive(database: Database) -> None:
    attempts = DatabaseAttempts(database)
    assert fail(attempts, "marie", "0199", 5).refused
    assert attempts.forgive("marie") == 5
    assert attempts.check("marie", "0199", AT) == Verdict()


def test_a_locked_database_is_told(sqlite_url: str, tmp_path: Path) -> None:
    database = open_database(RecordsSettings(sqlite_url, timeout_ms=100))
    locker = sqlite3.connect(tmp_path / "guichet.sqlite", isolation_level=None)
    locker.execute("BEGIN IMMEDIATE")
    with pytest.raises(StorageError):
        DatabaseAttempts(database).check("marie", "0199", AT)
    locker.close()
    database.close()
