"""One item of a list of steps: which kind it is, its keys, its dates, and its place in the layout."""

from ivr.engine.flow import Between
from ivr.language.desk import Desk
from ivr.language.issues import closest
from ivr.language.keys import Fields, read_fields
from ivr.language.layout import Label, Work
from ivr.language.nodes import Entry, Mapping, Node, Scalar, called
from ivr.language.schema.incomplete import lay_incomplete
from ivr.language.schema.kind import StepKind
from ivr.language.schema.registry import KINDS

ALONE = tuple(name for name, kind in KINDS.items() if kind.alone)


def lay_step(work: Work, node: Node, exit: Label) -> None:
    """Lay one step out; what is wrong with it is reported and leaves a gap."""
    found = _kind(node, work.desk)
    if found is None:
        return
    kind, block = found
    fields = read_fields(block, kind.all_keys, work.desk, f"'{kind.name}'")
    if any(key.required and key.name not in fields for key in kind.all_keys):
        lay_incomplete(kind, fields, exit, work)
        return
    since, until = fields.get("from"), fields.get("until")
    if since is None and until is None:
        kind.lay(fields, exit, work)
        return
    if since is not None and until is not None and since >= until:
        work.desk.fault("does-not-fit", fields.at("until"), "this ends before it begins", "'until' must be after 'from'")
    _lay_between(kind, fields, exit, work)


def _lay_between(kind: StepKind, fields: Fields, exit: Label, work: Work) -> None:
    inside = work.label()
    work.emit(fields.place, lambda at: Between(fields.get("from"), fields.get("until"), at(inside), at(exit)))
    work.mark(inside)
    kind.lay(fields, exit, work)


def _kind(node: Node, desk: Desk) -> tuple[StepKind, Mapping] | None:
    if isinstance(node, Scalar) and not node.empty:
        return _alone(node, desk)
    if not isinstance(node, Mapping) or not node.entries:
        desk.fault("wrong-shape", node.place, f"a step belongs here, not {called(node)}", "for instance '- say: ...'")
        return None
    names = [entry.key for entry in node if entry.key.text in KINDS]
    if not names:
        first = node.entries[0].key
        desk.fault("unknown-step", first.place, f"'{first.text[:40]}' is no step", closest(first.text, KINDS))
        return None
    for key in names:
        known = {each.name for each in KINDS[key.text].all_keys}
        if all(other.text in known for other in names):
            return KINDS[key.text], _without_empty_leading(KINDS[key.text], node)
    message = f"'{names[0].text}' and '{names[1].text}' are two steps"
    desk.fault("two-steps", names[1].place, message, "begin the second one with a dash of its own")
    return None


def _alone(node: Scalar, desk: Desk) -> tuple[StepKind, Mapping] | None:
    kind = KINDS.get(node.text)
    if kind is not None and kind.alone:
        return kind, Mapping((), node.place, node.place.line)
    if kind is not None:
        desk.fault("unknown-step", node.place, f"'{node.text}' says nothing more", f"write '{node.text}: ...'")
    else:
        desk.fault("unknown-step", node.place, f"'{node.text[:40]}' is no step", closest(node.text, ALONE))
    return None


def _without_empty_leading(kind: StepKind, node: Mapping) -> Mapping:
    """`- hangup:` is `- hangup`."""
    value = node.get(kind.name)
    if not (kind.alone and isinstance(value, Scalar) and value.empty):
        return node
    entries: tuple[Entry, ...] = tuple(entry for entry in node if entry.key.text != kind.name)
    return Mapping(entries, node.place, node.last_line)
