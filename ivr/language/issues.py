"""What is wrong in menu files, as values: nothing here raises for bad content.

Rule: an issue has a place, says what is wrong in the reader's words and what to do about it; its code stands in `codes`.
"""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass

from ivr.engine.flow import Place
from ivr.language.codes import CODES, Severity

MAX_ISSUES = 1_000


@dataclass(frozen=True, slots=True)
class Issue:
    """One fault. `str()` is the line that people see."""

    code: str
    place: Place
    message: str
    remedy: str = ""
    severity: Severity = Severity.ERROR

    def __str__(self) -> str:
        rest = f"; {self.remedy}" if self.remedy else ""
        return f"{self.place.file}:{self.place.line}:{self.place.column}: {self.code}: {self.message}{rest}"


class Report:
    """Collects issues, each once; beyond a thousand nobody reads on."""

    def __init__(self) -> None:
        self._issues: dict[Issue, None] = {}
        self._silences: list[tuple[str, Place, int, int]] = []

    def add(self, code: str, place: Place, message: str, remedy: str = "") -> None:
        if len(self._issues) < MAX_ISSUES:
            self._issues[Issue(code, place, message, remedy, CODES[code].severity)] = None

    def silence(self, code: str, place: Place, first_line: int, last_line: int) -> None:
        """Leave out warnings of a code on these lines of the place's file."""
        self._silences.append((code, place, first_line, last_line))

    def sorted(self) -> tuple[Issue, ...]:
        """What remains after silencing. What silences nothing is itself a fault."""
        kept = [issue for issue in self._issues if not any(_covers(silence, issue) for silence in self._silences)]
        for silence in self._silences:
            if not any(_covers(silence, issue) for issue in self._issues):
                code, place, _, _ = silence
                kept.append(Issue("useless-allow", place, f"'{code}' is not wrong here", "take it out", Severity.WARNING))
        return in_order(kept)

    def merge(self, other: "Report") -> None:
        """Take over another report's issues and silences."""
        for issue in other._issues:
            self.add(issue.code, issue.place, issue.message, issue.remedy)
        self._silences += other._silences


def _covers(silence: tuple[str, Place, int, int], issue: Issue) -> bool:
    code, place, first, last = silence
    if issue.code != code or issue.place.file != place.file or issue.severity is not Severity.WARNING:
        return False
    return first <= issue.place.line <= last


def in_order(issues: Iterable[Issue]) -> tuple[Issue, ...]:
    """By file, line, column, then code and message."""
    key = lambda issue: (issue.place.file, issue.place.line, issue.place.column, issue.code, issue.message)  # noqa: E731
    return tuple(sorted(issues, key=key))


def has_errors(issues: Iterable[Issue]) -> bool:
    return any(issue.severity is Severity.ERROR for issue in issues)


def closest(name: str, known: Iterable[str]) -> str:
    """A remedy: the known name nearest to what was written, or the few that there are."""
    names = sorted(set(known))
    by_small = {each.lower(): each for each in reversed(names)}
    near = difflib.get_close_matches(name[:60].lower(), by_small, n=1, cutoff=0.6)
    if near:
        return f"did you mean '{by_small[near[0]]}'?"
    if not names:
        return ""
    return "known: " + ", ".join(names[:12]) + (" ..." if len(names) > 12 else "")
