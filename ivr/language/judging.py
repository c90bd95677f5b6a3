"""What an experienced designer of voice dialogues would say of a service: judgements, each of which a file may silence.

Rule: a judgement is about callers, never about taste; it names the place and what to do.
"""

import datetime as dt
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ivr.engine.expressions import Both, Compare, Either, Expression, Filter, Item, Name, Not, Sum
from ivr.engine.flow import Ask, Assign, Dialog, Flow, Invocation, Say, Step, TransferTo, Wording
from ivr.language.desk import HandlerManifest
from ivr.language.dialogs import DialogRead
from ivr.language.edges import Doors, dialog_after, dialogs_reached, reached, wordings
from ivr.language.endless import endless
from ivr.language.issues import Report

MOST_CHOICES = 5
CHARACTERS_A_SECOND = 14
LONGEST_S = 15
_KEY_FIRST = re.compile(
    r"\b(tapez|appuyez sur|faites|press|key|dial)\s+(la touche |le |key )?([0-9]|étoile|dièse|star|hash)"
    r"\b[, ]*\s*(pour|for|to|if|si)\b",
    re.IGNORECASE,
)
_OPTION = re.compile(r"\b(tapez|appuyez|faites le|dites|press|say|key)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Case:
    """A service before its judges. One that has errors is not `sound`: what leads where is not known yet."""

    flow: Flow
    dialogs: Mapping[str, DialogRead]
    handlers: Mapping[str, HandlerManifest]
    today: dt.date
    report: Report
    sound: bool = True

    @property
    def doors(self) -> Doors:
        return Doors(self.flow.main_menu, self.flow.hand_over)

    @property
    def begins(self) -> tuple[str, ...]:
        """Dialogs that the engine enters by itself."""
        every = (self.flow.entry, self.flow.main_menu, self.flow.hand_over, self.flow.identify or "")
        return tuple(name for name in every if name in self.flow.dialogs)


def judge(case: Case) -> None:
    """All judgements of a service."""
    for judgement in SERVICE_JUDGEMENTS if case.sound else ():
        judgement(case)
    for name, dialog in case.flow.dialogs.items():
        if name in case.dialogs:
            for each in DIALOG_JUDGEMENTS:
                each(case, dialog)


def _menus(dialog: Dialog) -> list[tuple[int, Ask]]:
    return [(number, step) for number, step in enumerate(dialog.steps) if isinstance(step, Ask) and step.choices]


def too_many_choices(case: Case, dialog: Dialog) -> None:
    for number, menu in _menus(dialog):
        offered = [choice for choice in menu.choices if choice.label]
        if len(offered) > MOST_CHOICES:
            message = f"{len(offered)} choices in the menu '{menu.name}'"
            case.report.add(
                "too-many-choices", dialog.places[number], message, f"at most {MOST_CHOICES}; move some into a menu of their own"
            )


def key_before_option(case: Case, dialog: Dialog) -> None:
    for number, step in enumerate(dialog.steps):
        for text in (text for wording in wordings(step) for text in _texts(wording).values()):
            found = _KEY_FIRST.search(text)
            if found:
                message = f"'{found[0].strip()} ...' says the key before what it is for"
                case.report.add("key-before-option", dialog.places[number], message, "say what it is for, then the key")


def _texts(wording: Wording) -> dict[str, str]:
    """Words by language; a value counts as some ten letters."""
    return {
        language: "".join(part.text if part.expression is None else " " * 10 for part in template)
        for language, template in wording.by_language.items()
    }


def long_before_choice(case: Case, dialog: Dialog) -> None:
    for number, menu in _menus(dialog):
        heard = [wording for wording in (*_said_before(dialog, number), menu.introduction) if wording]
        seconds = max((_before_first_option(heard, menu, language) for language in case.flow.languages), default=0)
        if seconds > LONGEST_S:
            message = f"about {seconds} s before the first choice of '{menu.name}'"
            case.report.add("long-before-choice", dialog.places[number], message, "say less, or say it after the choice")


def _said_before(dialog: Dialog, number: int) -> list[Wording]:
    """What is said right before a question, without any choice in between."""
    found: list[Wording] = []
    while number > 0:
        before = dialog.steps[number - 1]
        if not isinstance(before, Say) or before.next != number:
            break
        found.append(before.words)
        number -= 1
    return found[::-1]


def _before_first_option(heard: list[Wording], menu: Ask, language: str) -> int:
    texts = [_texts(wording).get(language, "") for wording in (*heard, menu.prompt)]
    whole = " ".join(texts)
    if any(choice.label for choice in menu.choices) and menu.list_choices:
        return len(whole) // CHARACTERS_A_SECOND
    option = _OPTION.search(whole)
    return (option.start() if option else len(whole)) // CHARACTERS_A_SECOND


def unreachable_steps(case: Case, dialog: Dialog) -> None:
    alive = reached(dialog)
    living = {dialog.places[number] for number in alive}
    before = True
    for number, place in enumerate(dialog.places):
        dead = number not in alive and place not in living
        if dead and before:
            case.report.add("unreachable", place, "no call ever comes to this step", "take it out, or see what comes before it")
        before = not dead


def unreachable_dialogs(case: Case) -> None:
    alive = dialogs_reached(case.flow.dialogs, case.begins, case.doors)
    for name, read in case.dialogs.items():
        if name not in alive and name in case.flow.dialogs:
            case.report.add(
                "unreachable", read.head.place, f"nothing leads to the dialog '{name}'", "run it from somewhere, or take it out"
            )


def no_agent(case: Case) -> None:
    """With a key for an agent everywhere, every question has a way; without, one must lead there."""
    hand_over = case.dialogs.get(case.flow.hand_over)
    if hand_over is not None and not _transfers(case, case.flow.hand_over):
        place = hand_over.head.place
        case.report.add("no-agent", place, "the dialog that calls an agent never transfers", "add '- transfer: QUEUE'")
    agent = case.flow.universals.get("agent")
    if agent is not None and agent.key:
        return
    for name, dialog in case.flow.dialogs.items():
        if any(isinstance(step, Ask) for step in dialog.steps) and not _transfers(case, name):
            place = next(dialog.places[n] for n, step in enumerate(dialog.steps) if isinstance(step, Ask))
            case.report.add("no-agent", place, "no key leads from here to an agent", "give 'agent' a key under 'universals'")


def _transfers(case: Case, name: str) -> bool:
    after = dialogs_reached(case.flow.dialogs, (name,), case.doors)
    return any(
        isinstance(case.flow.dialogs[each].steps[number], TransferTo)
        for each in after
        for number in reached(case.flow.dialogs[each])
    )


def endless_rounds(case: Case) -> None:
    for place in endless(case.flow.dialogs, case.doors):
        case.report.add(
            "endless", place, "from here the steps go round without waiting for the caller", "put a question into the round"
        )


def _verifies(step: Step) -> bool:
    return isinstance(step, Assign) and step.target == "caller.verified"


def personal_before_identified(case: Case) -> None:
    protected = _protected(case)
    for name, dialog in case.flow.dialogs.items():
        if name in protected:
            continue
        personal = {"caller"} | {
            step.into
            for step in dialog.steps
            if isinstance(step, Invocation) and step.into and any(_roots(value) & {"caller"} for value in step.arguments.values())
        }
        for number in sorted(reached(dialog, _verifies)):
            said = _spoken_names(dialog.steps[number]) & personal
            if said:
                message = f"'{min(said)}' is said to somebody who may not be identified"
                case.report.add(
                    "personal-before-identified", dialog.places[number], message, "add 'requires: identified' to the dialog"
                )


def _protected(case: Case) -> set[str]:
    """Dialogs that only identified callers come to."""
    flow = case.flow
    entered: dict[str, set[str]] = {name: set() for name in flow.dialogs}
    for name, dialog in flow.dialogs.items():
        for step in dialog.steps:
            after = dialog_after(step, case.doors)
            if after in entered and after is not None:
                entered[after].add(name)
    protected = {name for name, dialog in flow.dialogs.items() if dialog.requires == "identified"}
    candidates = {name for name in flow.dialogs if name not in case.begins and entered[name]}
    grown = True
    while grown:
        more = {name for name in candidates - protected if entered[name] <= protected | {name}}
        grown = bool(more)
        protected |= more
    return protected


def _spoken_names(step: Step) -> set[str]:
    return {
        name
        for wording in wordings(step)
        for template in wording.by_language.values()
        for part in template
        if part.expression is not None
        for name in _roots(part.expression)
    }


def _roots(expression: Expression) -> set[str]:
    match expression:
        case Name(name):
            return {name}
        case Item(of, key):
            return _roots(of) | _roots(key)
        case Both(left, right) | Either(left, right) | Compare(left, _, right) | Sum(left, _, right):
            return _roots(left) | _roots(right)
        case Not(operand) | Filter(operand, _):
            return _roots(operand)
        case _:
            return set()


def irreversible_unconfirmed(case: Case, dialog: Dialog) -> None:
    for number in sorted(reached(dialog, lambda step: isinstance(step, Ask) and step.irreversible)):
        step = dialog.steps[number]
        if isinstance(step, Invocation) and step.handler in case.handlers and case.handlers[step.handler].irreversible:
            message = f"'{step.handler}' cannot be undone, and the caller is not asked before"
            case.report.add("irreversible-unconfirmed", dialog.places[number], message, "ask before, with 'irreversible: yes'")


def review_passed(case: Case, dialog: Dialog) -> None:
    if dialog.review_by is not None and dialog.review_by < case.today:
        node = case.dialogs[dialog.name].node.get("review_by")
        place = node.place if node is not None else case.dialogs[dialog.name].head.place
        whom = f"ask {dialog.owner}" if dialog.owner else "look at it and move the date"
        case.report.add("review-passed", place, f"'{dialog.name}' was to be reviewed by {dialog.review_by}", whom)


DialogJudgement = Callable[[Case, Dialog], None]
DIALOG_JUDGEMENTS: tuple[DialogJudgement, ...] = (
    too_many_choices,
    key_before_option,
    long_before_choice,
    unreachable_steps,
    irreversible_unconfirmed,
    review_passed,
)
SERVICE_JUDGEMENTS: tuple[Callable[[Case], None], ...] = (
    unreachable_dialogs,
    no_agent,
    endless_rounds,
    personal_before_identified,
)
