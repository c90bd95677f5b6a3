"""Rounds of steps in which the caller is never waited for, found across dialogs.

Rule: a handler call waits for a handler, not for the caller; a sub-dialog that always waits breaks a round.
"""

from collections.abc import Mapping

from ivr.engine.flow import END, Dialog, Goto, Handover, Place, Reset, Return, Run
from ivr.language.edges import WAITING, Doors, dialog_after, ways

Where = tuple[str, int]


def endless(dialogs: Mapping[str, Dialog], doors: Doors) -> list[Place]:
    """The first step of every round, in the order of the files."""
    silent = _silent(dialogs)
    follow = {
        (name, number): _following(name, number, dialogs, doors, silent)
        for name, dialog in dialogs.items()
        for number in range(len(dialog.steps))
    }
    places = {dialogs[name].places[number] for name, number in _on_rounds(follow)}
    return sorted(places, key=lambda place: (place.file, place.line, place.column))


def _silent(dialogs: Mapping[str, Dialog]) -> set[str]:
    """Dialogs that can end without having waited for the caller."""
    silent: set[str] = set()
    while True:
        more = {name for name, dialog in dialogs.items() if name not in silent and _ends_silently(dialog, silent)}
        if not more:
            return silent
        silent |= more


def _ends_silently(dialog: Dialog, silent: set[str]) -> bool:
    seen: set[int] = set()
    waiting = [0 if dialog.steps else END]
    while waiting:
        number = waiting.pop()
        if number == END:
            return True
        if number in seen:
            continue
        seen.add(number)
        step = dialog.steps[number]
        if isinstance(step, (*WAITING, Reset, Handover)):
            continue
        if isinstance(step, Return) or (isinstance(step, Goto) and step.dialog in silent):
            return True
        if not isinstance(step, Run) or step.dialog in silent:
            waiting += [way.target for way in ways(step)]
    return False


def _following(name: str, number: int, dialogs: Mapping[str, Dialog], doors: Doors, silent: set[str]) -> list[Where]:
    step = dialogs[name].steps[number]
    if isinstance(step, WAITING):
        return []
    after = dialog_after(step, doors)
    found: list[Where] = [(after, 0)] if after in dialogs and after is not None and dialogs[after].steps else []
    if not isinstance(step, Run) or step.dialog in silent:
        found += [(name, way.target) for way in ways(step) if way.target != END]
    return found


def _on_rounds(follow: Mapping[Where, list[Where]]) -> list[Where]:
    """Where a walk meets itself, one place a round; the walk keeps its own stack."""
    done: set[Where] = set()
    found: list[Where] = []
    for root in follow:
        if root in done:
            continue
        on_path = {root}
        stack = [(root, iter(follow[root]))]
        while stack:
            here, rest = stack[-1]
            step = next(rest, None)
            if step is None:
                stack.pop()
                on_path.discard(here)
                done.add(here)
            elif step in on_path:
                found.append(step)
            elif step not in done:
                on_path.add(step)
                stack.append((step, iter(follow[step])))
    return found
