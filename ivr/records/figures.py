"""What a period's calls tell: accesses against completed services, where callers leave, why they are transferred.

Rule: pure functions over transcripts; every figure keeps the calls that it counts, so that it can be opened.

Definitions. An *attempt* begins when a caller enters a service and has one outcome. *Completion* is completed attempts of all
attempts. An *abandonment* is a hang-up by the caller in the middle of a service or a question: its place is the step, its second
how much of the prompt she had heard. *Contained* calls ended without a transfer. A *repeat* call comes from the same caller
within seven days of an earlier one.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from ivr.engine.events import Disconnected
from ivr.engine.session import Turn
from ivr.records.facts import CallRecord

OUTCOMES = ("completed", "abandoned", "transferred", "failed", "closed")
REPEAT = dt.timedelta(days=7)
RATINGS = range(1, 6)

Opened = Mapping[str, tuple[str, ...]]
"""What was counted, each with the ids of its calls; the most frequent first."""


@dataclass(frozen=True, slots=True)
class Attempted:
    """One attempt at a service. `cause` says why it did not complete; `heard_ms` is of the last prompt, where she hung up."""

    call_id: str
    service: str
    outcome: str
    cause: str
    began: dt.datetime
    ended: dt.datetime
    heard_ms: int | None = None


@dataclass(frozen=True, slots=True)
class ServiceFigures:
    """Attempts at one service; `abandoned_at` by step and second of its prompt, `transferred_for` by reason."""

    service: str
    entered: int
    outcomes: Opened
    abandoned_at: Opened
    transferred_for: Opened
    failed_for: Opened

    @property
    def completion(self) -> float | None:
        """The share of attempts that completed; none without attempts."""
        return len(self.outcomes.get("completed", ())) / self.entered if self.entered else None


@dataclass(frozen=True, slots=True)
class Figures:
    """A period. `asked_again` counts silences and misunderstandings by question; `ratings` and `suited` what callers thought."""

    calls: int
    contained: int
    identified: int
    repeats: int
    outcomes: Opened
    services: Sequence[ServiceFigures]
    transfers: Opened
    transfers_by_hour: Opened
    asked_again: Opened
    ratings: Opened
    suited: Opened
    variants: Opened
    milestones: Opened


@dataclass(slots=True)
class _Counted:
    """Call ids by what was counted."""

    found: dict[str, list[str]] = field(default_factory=dict)

    def add(self, what: str, call_id: str) -> None:
        self.found.setdefault(what, []).append(call_id)

    def opened(self) -> Opened:
        return {what: tuple(calls) for what, calls in sorted(self.found.items(), key=lambda each: (-len(each[1]), each[0]))}


def attempts(turns: Sequence[Turn]) -> list[Attempted]:
    """The attempts of one call, in the order in which they ended. One that the journal never saw the end of is left out."""
    began: dict[str, list[dt.datetime]] = {}
    found: list[Attempted] = []
    at = turns[0].session.call.at if turns else dt.datetime.min.replace(tzinfo=dt.UTC)
    for turn in turns:
        at = turn.event.at if turn.event is not None else at
        heard_ms = turn.event.heard.ms if isinstance(turn.event, Disconnected) else None
        for note in turn.notes:
            if note.what == "entered":
                began.setdefault(note.name, []).append(at)
            elif note.what == "outcome":
                outcome, _, cause = note.detail.partition(":")
                waiting = began.get(note.name)
                start = waiting.pop() if waiting else at
                left = heard_ms if outcome == "abandoned" else None
                found.append(Attempted(turn.session.call.id, note.name, outcome, cause, start, at, left))
    return found


def figures(calls: Iterable[tuple[CallRecord, Sequence[Turn]]], zone: dt.tzinfo = dt.UTC) -> Figures:
    """Of calls with their transcripts; hours of the day are told in `zone`."""
    counts = {
        name: _Counted() for name in ("outcomes", "transfers", "hours", "again", "ratings", "suited", "variants", "milestones")
    }
    tried: list[Attempted] = []
    records: list[CallRecord] = []
    contained = 0
    for record, turns in calls:
        records.append(record)
        tried += attempts(turns)
        counts["outcomes"].add(record.outcome or "under way or lost", record.id)
        contained += not _noted(counts, record, turns, zone) and bool(record.outcome)
    return Figures(
        calls=len(records),
        contained=contained,
        identified=sum(record.verified for record in records),
        repeats=repeat_calls(records),
        outcomes=counts["outcomes"].opened(),
        services=services(tried),
        transfers=counts["transfers"].opened(),
        transfers_by_hour=counts["hours"].opened(),
        asked_again=counts["again"].opened(),
        ratings=counts["ratings"].opened(),
        suited=counts["suited"].opened(),
        variants=counts["variants"].opened(),
        milestones=counts["milestones"].opened(),
    )


def _noted(counts: Mapping[str, _Counted], record: CallRecord, turns: Sequence[Turn], zone: dt.tzinfo) -> bool:
    """Count what the notes of one call tell; whether it was transferred."""
    transferred = False
    for turn in turns:
        at = turn.event.at if turn.event is not None else record.started_at
        for note in turn.notes:
            match note.what:
                case "transfer":
                    transferred = True
                    counts["transfers"].add(note.detail or "no reason", record.id)
                    counts["hours"].add(f"{at.astimezone(zone):%H} h", record.id)
                case "noinput" | "nomatch":
                    counts["again"].add(f"{note.name}: {note.what}", record.id)
                case "rating" if note.detail in {str(each) for each in RATINGS}:
                    counts["ratings"].add(note.detail, record.id)
                case "milestone" if note.name == "satisfied":
                    counts["suited"].add("yes" if note.detail == "True" else "no", record.id)
                case "milestone":
                    counts["milestones"].add(note.name, record.id)
                case "variant":
                    counts["variants"].add(f"{note.name}: {note.detail}", record.id)
    return transferred


def services(tried: Iterable[Attempted]) -> list[ServiceFigures]:
    """Attempts by service, the one most entered first."""
    by_service: dict[str, list[Attempted]] = {}
    for each in tried:
        by_service.setdefault(each.service, []).append(each)
    found = [_service(name, each) for name, each in by_service.items()]
    return sorted(found, key=lambda each: (-each.entered, each.service))


def _service(name: str, tried: Sequence[Attempted]) -> ServiceFigures:
    outcomes, places, reasons, failures = _Counted(), _Counted(), _Counted(), _Counted()
    for each in tried:
        outcomes.add(each.outcome, each.call_id)
        match each.outcome:
            case "abandoned":
                second = "" if each.heard_ms is None else f", {each.heard_ms // 1_000} s"
                places.add(f"{each.cause or 'between questions'}{second}", each.call_id)
            case "transferred":
                reasons.add(each.cause or "no reason", each.call_id)
            case "failed":
                failures.add(each.cause or "no reason", each.call_id)
    return ServiceFigures(name, len(tried), outcomes.opened(), places.opened(), reasons.opened(), failures.opened())


def repeat_calls(records: Iterable[CallRecord]) -> int:
    """How many came from a caller who had called in the seven days before. Withheld numbers are nobody's."""
    last: dict[str, dt.datetime] = {}
    repeated = 0
    for record in sorted(records, key=lambda each: each.started_at):
        if not record.caller_hash:
            continue
        before = last.get(record.caller_hash)
        repeated += before is not None and record.started_at - before <= REPEAT
        last[record.caller_hash] = record.started_at
    return repeated
