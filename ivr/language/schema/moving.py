"""set, goto, run, return, main_menu, hand_over: names get values, dialogs lead to dialogs."""

from typing import Any

from ivr.engine.flow import Assign, Goto, Handover, Reset, Return, Run
from ivr.language.desk import Desk
from ivr.language.issues import closest
from ivr.language.keys import Fields, Key
from ivr.language.layout import Label, Work
from ivr.language.nodes import Mapping
from ivr.language.schema.call import INTO
from ivr.language.schema.kind import StepKind
from ivr.language.shapes import A_DIALOG, Given, MapOf, Pattern

TARGET = Pattern(
    r"(caller\.)?[A-Za-z][A-Za-z0-9_]*", "a name, or caller.NAME", "bad-name", "letters, digits and underscores, a letter first"
)
WITH: Key = Key("with", MapOf[Any](Given()), "The dialog's arguments, by name.")
A_REASON = Pattern(r"[A-Za-z][A-Za-z0-9_.]*", "a reason in one word", "bad-name", "letters, digits and underscores")


def _lay_set(fields: Fields, exit: Label, work: Work) -> None:
    values = fields.get("set", {})
    for number, (target, value) in enumerate(values.items()):
        work.desk.sets.add(target)
        last = number == len(values) - 1
        following = exit if last else work.label()
        _assign(fields, target, value, following, work)
        if not last:
            work.mark(following)


def _assign(fields: Fields, target: str, value: Any, following: Label, work: Work) -> None:
    work.emit(fields.place, lambda at: Assign(target, value, at(following)))


def _lay_goto(fields: Fields, _exit: Label, work: Work) -> None:
    name = fields.get("goto")
    if name is not None:
        _check_arguments(fields, name, work.desk)
        work.emit(fields.place, lambda at: Goto(name, fields.get("with", {})))


def _lay_run(fields: Fields, exit: Label, work: Work) -> None:
    name, into = fields.get("run"), fields.get("into")
    if name is None:
        return
    if into is not None:
        work.desk.sets.add(into)
    _check_arguments(fields, name, work.desk)
    work.emit(fields.place, lambda at: Run(name, at(exit), fields.get("with", {}), into))


def _check_arguments(fields: Fields, dialog: str, desk: Desk) -> None:
    given = fields.node.get("with")
    head = desk.world.dialogs[dialog]
    for entry in given if isinstance(given, Mapping) else ():
        if entry.key.text not in head.parameters and not head.damaged:
            message = f"the dialog '{dialog}' takes no argument '{entry.key.text}'"
            desk.fault("unknown-argument", entry.key.place, message, closest(entry.key.text, head.parameters))


def _lay_return(fields: Fields, _exit: Label, work: Work) -> None:
    value = fields.get("return")
    work.emit(fields.place, lambda at: Return(value))


def _lay_main_menu(fields: Fields, _exit: Label, work: Work) -> None:
    work.emit(fields.place, lambda at: Reset())


def _lay_hand_over(fields: Fields, _exit: Label, work: Work) -> None:
    reason = fields.get("hand_over")
    if reason is not None:
        work.emit(fields.place, lambda at: Handover(reason))


SET = StepKind(
    doc="Names get values. 'caller.NAME' lasts for the call, any other name for the dialog.",
    example="""\
- set: { caller.region: "{{ language }}", kind: quick }
""",
    leading=Key("set", MapOf[Any](Given(), TARGET), "The names with their values.", required=True),
    lay=_lay_set,
)
GOTO = StepKind(
    doc="The call goes on in another dialog and does not come back to this one.",
    example="- goto: example\n",
    leading=Key("goto", A_DIALOG, "The dialog.", required=True),
    keys=(WITH,),
    lay=_lay_goto,
)
RUN = StepKind(
    doc="Another dialog is run, and this one goes on afterwards with what it returned.",
    example="- run: example\n  into: answer\n",
    leading=Key("run", A_DIALOG, "The dialog.", required=True),
    keys=(WITH, INTO),
    lay=_lay_run,
)
RETURN = StepKind(
    doc="The dialog ends here, with a result for the dialog that ran it.",
    example='- return: "{{ true }}"\n',
    leading=Key("return", Given(), "The result."),
    lay=_lay_return,
    alone=True,
)
_MAIN_MENU = Key("main_menu", Pattern("", "nothing"), "Nothing stands behind it.")
MAIN_MENU = StepKind(
    doc="Back to the main menu, whatever was running.",
    example="- main_menu\n",
    leading=_MAIN_MENU,
    lay=_lay_main_menu,
    alone=True,
)
HAND_OVER = StepKind(
    doc="To the dialog that calls an agent, with a reason that the agent reads and the figures count.",
    example="- hand_over: payments_unavailable\n",
    leading=Key("hand_over", A_REASON, "The reason, in one word.", required=True),
    lay=_lay_hand_over,
)
