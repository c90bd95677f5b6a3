"""One dialog file: its head, its steps, and the names that they set and use."""

from dataclasses import dataclass

from ivr.engine.flow import Dialog, Place
from ivr.language.desk import ENGINE_NAMES, Desk, DialogHead
from ivr.language.issues import Report, closest
from ivr.language.keys import Fields, Key, read_fields
from ivr.language.layout import Layout, Work
from ivr.language.nodes import Mapping, Node, Scalar, Sequence
from ivr.language.schema.kind import STEPS
from ivr.language.shapes import A_NAME, Date, ListOf, OneOf, Text
from ivr.language.steps import lay_step
from ivr.language.wording import WORDING

DIALOG_KEYS = (
    Key("dialog", A_NAME, "The dialog's name.", required=True),
    Key("steps", STEPS, "What happens, in order.", required=True),
    Key("title", WORDING, "The dialog's name for people."),
    Key("owner", Text(), "Who answers for the content."),
    Key("review_by", Date(), "When the content is to be looked at again."),
    Key("parameters", ListOf(A_NAME), "The names that whoever runs the dialog may give."),
    Key("requires", OneOf(("identified",)), "The caller is identified first."),
    Key("service", A_NAME, "What the figures count when a caller comes here."),
)


@dataclass(frozen=True)
class DialogRead:
    """A dialog with what the checks need beside it. `caller_names` are those of `caller.NAME` that it sets."""

    dialog: Dialog
    node: Mapping
    head: DialogHead
    uses: tuple[tuple[str, Place], ...] = ()
    caller_names: frozenset[str] = frozenset()


def head_of(node: Node) -> DialogHead | None:
    """What others need to know; nothing is reported yet."""
    if not isinstance(node, Mapping):
        return None
    name, requires = node.get("dialog"), node.get("requires")
    if not isinstance(name, Scalar):
        return None
    parameters = node.get("parameters")
    items = parameters.items if isinstance(parameters, Sequence) else (parameters,)
    names = tuple(item.text for item in items if isinstance(item, Scalar))
    return DialogHead(name.text, name.place, names, requires.text if isinstance(requires, Scalar) else "")


def read_dialog(node: Mapping, head: DialogHead, desk: Desk) -> DialogRead:
    """The dialog with all its faults reported, but for names that other dialogs set."""
    fields = read_fields(node, DIALOG_KEYS, desk, "a dialog")
    layout = Layout()
    work = Work(desk, layout, lay_step)
    work.block(layout.label(), fields.get("steps", ()), layout.end)
    steps, places = layout.steps()
    dialog = Dialog(
        name=head.name,
        title=_title(fields),
        steps=steps,
        places=places,
        parameters=fields.get("parameters", ()),
        requires=fields.get("requires", ""),
        service=fields.get("service"),
        owner=fields.get("owner", ""),
        review_by=fields.get("review_by"),
    )
    _check_names(desk, dialog.parameters)
    if dialog.requires and not desk.world.identify:
        message = "the service has no dialog that identifies callers"
        desk.fault("missing-key", fields.at("requires"), message, "name it as 'identify' in service.yaml")
    caller = frozenset(name for name in desk.sets if name.startswith("caller."))
    return DialogRead(dialog, node, head, tuple(desk.uses), caller)


def _title(fields: Fields) -> dict[str, str]:
    wording = fields.get("title")
    if wording is None:
        return {}
    return {language: "".join(part.text for part in template) for language, template in wording.by_language.items()}


def _check_names(desk: Desk, parameters: tuple[str, ...]) -> None:
    known = {*ENGINE_NAMES, *parameters, *(name for name in desk.sets if "." not in name)}
    for dotted, place in desk.uses:
        name, *rest = dotted.split(".")
        if name not in known and name != "value":
            desk.fault("unknown-name", place, f"'{name}' is set nowhere in this dialog", closest(name, known))
        elif name == "hours" and rest and rest[0] not in desk.world.hours:
            desk.fault("unknown-hours", place, f"no opening hours are named '{rest[0]}'", closest(rest[0], desk.world.hours))


# What the engine itself knows of a caller.
CALLER = frozenset({"caller.person", "caller.verified"})


def check_caller_names(dialogs: list[DialogRead], report: Report) -> None:
    """`caller.NAME` must be set by some dialog of the service."""
    known = CALLER.union(*(each.caller_names for each in dialogs)) if dialogs else CALLER
    for read in dialogs:
        for dotted, place in read.uses:
            name = ".".join(dotted.split(".")[:2])
            if name.startswith("caller.") and name not in known:
                report.add("unknown-name", place, f"no dialog of this service sets '{name}'", closest(name, known))
