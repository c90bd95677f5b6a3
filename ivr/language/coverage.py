"""Which steps and choices of a service its conversations come to, from the traces of their turns."""

from collections.abc import Iterable
from dataclasses import dataclass

from ivr.engine.flow import Ask, Dialog, Flow, Place
from ivr.engine.session import Turn


@dataclass(frozen=True)
class Coverage:
    """One dialog. A step of the file counts once, however many flat steps it became; `missed` are in file order."""

    dialog: str
    steps: int
    visited: int
    missed: tuple[Place, ...]
    choices: int
    taken: int
    missed_choices: tuple[tuple[Place, str], ...]


def coverage(flow: Flow, turns: Iterable[Turn]) -> tuple[Coverage, ...]:
    """For every dialog of the flow, in its order."""
    visited: set[tuple[str, int]] = set()
    taken: set[tuple[str, int, str]] = set()
    for turn in turns:
        visited |= {(trace.dialog, trace.step) for trace in turn.trace}
        answers = {note.name: note.detail for note in turn.notes if note.what == "answer"}
        taken |= {
            (trace.dialog, trace.step, answers[step.name])
            for trace in turn.trace
            if trace.detail == "answered" and (step := _question(flow, trace.dialog, trace.step)) and step.name in answers
        }
    return tuple(_of(dialog, visited, taken) for dialog in flow.dialogs.values())


def _question(flow: Flow, dialog: str, number: int) -> Ask | None:
    steps = flow.dialogs[dialog].steps if dialog in flow.dialogs else ()
    step = steps[number] if number < len(steps) else None
    return step if isinstance(step, Ask) else None


def _of(dialog: Dialog, visited: set[tuple[str, int]], taken: set[tuple[str, int, str]]) -> Coverage:
    seen = {place for number, place in enumerate(dialog.places) if (dialog.name, number) in visited}
    places = sorted(set(dialog.places), key=lambda place: (place.line, place.column))
    choices: dict[tuple[Place, str], bool] = {}
    for number, step in enumerate(dialog.steps):
        for choice in step.choices if isinstance(step, Ask) else ():
            key = (dialog.places[number], choice.value)
            choices[key] = choices.get(key, False) or (dialog.name, number, choice.value) in taken
    return Coverage(
        dialog=dialog.name,
        steps=len(places),
        visited=len(seen),
        missed=tuple(place for place in places if place not in seen),
        choices=len(choices),
        taken=sum(choices.values()),
        missed_choices=tuple(key for key, was in choices.items() if not was),
    )
