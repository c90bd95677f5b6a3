"""Figures over transcripts: what callers attempted, and how it ended."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

import pytest

from ivr.engine.events import Disconnected, Heardness
from ivr.engine.session import Note, Turn
from ivr.records.facts import CallRecord
from ivr.records.figures import attempts, figures, repeat_calls
from tests.records.helpers.calls import call_of, turns_of

AT = dt.datetime(2026, 11, 23, 9, 0, tzinfo=dt.UTC)


def noted(call_id: str, *notes: Sequence[Note], hung_up_after_ms: int | None = None) -> list[Turn]:
    """A call with one turn for each group of notes."""
    pattern = turns_of(call_of(call_id))[0]
    turns = [replace(pattern, number=number, notes=tuple(group), event=None) for number, group in enumerate(notes)]
    if hung_up_after_ms is not None:
        turns[-1] = replace(turns[-1], event=Disconnected(AT, "caller", Heardness(hung_up_after_ms, 9_000)))
    return turns


def record(call_id: str, outcome: str = "completed", caller: str = "", days: float = 0.0) -> CallRecord:
    at = AT + dt.timedelta(days=days)
    return CallRecord(
        call_id, "france-emploi", "v", "3949", "phone", "fr", caller, at, at, at, outcome, "", 3, verified=False, tried=""
    )


ENTERED, COMPLETED = Note("entered", "payments", "paiement"), Note("outcome", "payments", "completed")


def test_a_completed_attempt() -> None:
    (attempt,) = attempts(noted("a", [ENTERED], [COMPLETED]))
    assert (attempt.service, attempt.outcome, attempt.cause, attempt.heard_ms) == ("payments", "completed", "", None)


def test_an_abandonment_has_its_place_and_second() -> None:
    left = Note("outcome", "payments", "abandoned:identification:0")
    (attempt,) = attempts(noted("a", [ENTERED], [left], hung_up_after_ms=4_200))
    assert (attempt.outcome, attempt.cause, attempt.heard_ms) == ("abandoned", "identification:0", 4_200)
    found = figures([(record("a", "abandoned"), noted("a", [ENTERED], [left], hung_up_after_ms=4_200))])
    assert found.services[0].abandoned_at == {"identification:0, 4 s": ("a",)}


def test_two_attempts_at_one_service_are_two() -> None:
    found = attempts(noted("a", [ENTERED], [COMPLETED, ENTERED], [Note("outcome", "payments", "transferred:nomatch")]))
    assert [each.outcome for each in found] == ["completed", "transferred"]


def test_an_attempt_without_an_end_is_not_counted() -> None:
    assert attempts(noted("a", [ENTERED])) == []
    assert attempts([]) == []


def test_services_are_told_with_the_calls_behind_each_figure() -> None:
    done = noted("a", [ENTERED], [COMPLETED])
    moved = noted("b", [ENTERED], [Note("outcome", "payments", "transferred:nomatch"), Note("transfer", "queue:q", "nomatch")])
    found = figures([(record("a"), done), (record("b", "transferred"), moved)])
    (service,) = found.services
    assert (service.entered, service.completion) == (2, 0.5)
    assert service.outcomes == {"completed": ("a",), "transferred": ("b",)}
    assert service.transferred_for == found.transfers == {"nomatch": ("b",)}
    assert (found.calls, found.contained) == (2, 1)


def test_questions_asked_again_ratings_and_variants_are_counted() -> None:
    notes = [
        Note("noinput", "motif", "1"),
        Note("noinput", "motif", "2"),
        Note("nomatch", "code", "1"),
        Note("rating", "satisfaction", "4"),
        Note("rating", "satisfaction", "nine"),
        Note("milestone", "satisfied", "True"),
        Note("milestone", "asked", ""),
        Note("variant", "welcome", "1"),
    ]
    found = figures([(record("a"), noted("a", notes))])
    assert {what: len(calls) for what, calls in found.asked_again.items()} == {"motif: noinput": 2, "code: nomatch": 1}
    assert (dict(found.ratings), dict(found.suited)) == ({"4": ("a",)}, {"yes": ("a",)})
    assert (dict(found.milestones), dict(found.variants)) == ({"asked": ("a",)}, {"welcome: 1": ("a",)})


@pytest.mark.parametrize(("days", "repeated"), [((0, 6.9), 1), ((0, 7.1), 0), ((0, 5, 10), 2), ((0,), 0)])
def test_repeat_calls_are_those_within_seven_days_of_the_one_before(days: tuple[float, ...], repeated: int) -> None:
    assert repeat_calls([record(str(number), caller="h", days=day) for number, day in enumerate(days)]) == repeated


def test_withheld_numbers_are_nobodys_repeat() -> None:
    assert repeat_calls([record("a"), record("b", days=1)]) == 0


def test_no_calls_are_no_figures() -> None:
    found = figures([])
    assert (found.calls, found.services) == (0, [])
