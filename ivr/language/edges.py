"""Where each step may lead, inside its dialog and to other dialogs."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from ivr.engine.flow import (
    END,
    Ask,
    Assign,
    Between,
    Dialog,
    Goto,
    Handover,
    Hangup,
    Invocation,
    RecordMessage,
    Remark,
    Reset,
    Run,
    Say,
    Step,
    Switch,
    TransferTo,
    Variant,
    When,
    Wording,
)

WAITING = (Ask, RecordMessage, TransferTo, Hangup)


@dataclass(frozen=True, slots=True)
class Way:
    """A way out of a step: what makes the call take it, and the step it leads to (END: the dialog's end)."""

    why: str
    target: int


def ways(step: Step) -> tuple[Way, ...]:
    """Ways inside the dialog."""
    match step:
        case Ask():
            answers = tuple(
                Way(" ".join(dict.fromkeys((choice.key, choice.value))).strip(), choice.target) for choice in step.choices
            )
            gives_up = () if step.on_give_up is None else (Way("gives up", step.on_give_up),)
            return (*(answers or (Way("", step.next),)), *gives_up)
        case When() | Between():
            return (Way("yes", step.then), Way("no", step.otherwise))
        case Variant():
            return tuple(Way(f"{share} %" if share else "others", target) for share, target in step.shares)
        case Invocation():
            return tuple(_invocation_ways(step))
        case TransferTo():
            outcomes = tuple(Way("otherwise" if name == "*" else name, target) for name, target in step.outcomes.items())
            return (*outcomes, Way("not answered", step.next))
        case RecordMessage():
            failed = () if step.on_failure is None else (Way("failed", step.on_failure),)
            return (Way("", step.next), *failed)
        case Say() | Assign() | Remark() | Switch() | Run():
            return (Way("", step.next),)
        case _:
            return ()


def _invocation_ways(step: Invocation) -> Iterator[Way]:
    yield Way("done", step.next)
    if step.on_failure is not None:
        yield Way("failed", step.on_failure)
    if step.on_unknown is not None:
        yield Way("unknown", step.on_unknown)
    for reason, target in step.on_refused.items():
        yield Way("refused" if reason == "*" else reason, target)


@dataclass(frozen=True, slots=True)
class Doors:
    """The dialogs that a service's own words lead to."""

    main_menu: str
    hand_over: str


def dialog_after(step: Step, doors: Doors) -> str | None:
    """The dialog that a step enters."""
    match step:
        case Goto() | Run():
            return step.dialog
        case Reset():
            return doors.main_menu
        case Handover():
            return doors.hand_over
        case _:
            return None


def reached(dialog: Dialog, stop: Callable[[Step], bool] | None = None) -> set[int]:
    """Steps that a call can come to; beyond a step for which `stop` holds it is not followed."""
    found: set[int] = set()
    waiting = [0] if dialog.steps else []
    while waiting:
        number = waiting.pop()
        if number in found or number == END:
            continue
        found.add(number)
        if stop is None or not stop(dialog.steps[number]):
            waiting += [way.target for way in ways(dialog.steps[number])]
    return found


def dialogs_reached(dialogs: Mapping[str, Dialog], begin: Iterable[str], doors: Doors) -> set[str]:
    """Dialogs that a call can come to from some of them."""
    found: set[str] = set()
    waiting = [name for name in begin if name in dialogs]
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        found.add(name)
        after = (dialog_after(dialogs[name].steps[number], doors) for number in reached(dialogs[name]))
        waiting += [each for each in after if each is not None and each in dialogs]
    return found


def wordings(step: Step) -> Iterator[Wording]:
    """Everything that a step may say."""
    match step:
        case Say():
            yield step.words
        case Ask():
            yield from (step.introduction, step.prompt, step.help, step.confirmation, *step.noinput, *step.nomatch)
            yield from (choice.label for choice in step.choices)
        case Invocation():
            yield step.filler
        case TransferTo() | Hangup():
            yield step.words
        case RecordMessage():
            yield step.prompt
        case _:
            return
