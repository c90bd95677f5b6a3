"""call: a handler works on the caller's behalf; what may come of it has its own steps."""

from collections.abc import Mapping
from typing import Any

from ivr.engine.expressions import Expression
from ivr.engine.flow import Invocation, Wording
from ivr.language.desk import Desk, HandlerManifest
from ivr.language.issues import closest
from ivr.language.keys import Fields, Key
from ivr.language.layout import Label, Work, resolved
from ivr.language.nodes import Mapping as MappingNode
from ivr.language.schema.kind import STEPS, StepKind
from ivr.language.shapes import A_DOTTED_NAME, A_NAME, Duration, Given, Known, MapOf, Pattern
from ivr.language.wording import WORDING

ANY_REASON = "others"
A_HANDLER = Known("unknown-handler", "handler", lambda desk: desk.world.handlers)
INTO = Key("into", A_NAME, "The name that the result gets.")

HANDLER_KEYS = (
    INTO,
    Key("timeout", Duration(100, 60_000), "How long the handler may take."),
    Key("filler", WORDING, "Said when it takes longer than a second."),
    Key("on_failure", STEPS, "What to do when it did not work; otherwise an agent is called."),
    Key(
        "on_refused",
        MapOf(STEPS, Pattern(r"[a-z][a-z0-9_]*", "a reason")),
        f"What to do when it was refused, by reason; '{ANY_REASON}' for all others.",
    ),
    Key("on_unknown", STEPS, "What to do when nobody knows whether it was done. It must not be told as failed."),
)


def lay_invocation(
    fields: Fields, handler: str, arguments: Mapping[str, Expression], write: bool, exit: Label, work: Work
) -> None:
    """The flat step of a handler call with its branches."""
    declared = work.desk.world.handlers.get(handler)
    timeout = fields.get("timeout") or (declared.timeout_ms if declared else None) or work.desk.world.defaults.handler_timeout_ms
    into = fields.get("into")
    if into is not None:
        work.desk.sets.add(into)
    failure, unknown = work.branch(fields.get("on_failure")), work.branch(fields.get("on_unknown"))
    refused = work.branches(fields.get("on_refused", {}))
    work.emit(
        fields.place,
        lambda at: Invocation(
            handler=handler,
            arguments=arguments,
            into=into,
            next=at(exit),
            timeout_ms=timeout,
            write=write,
            filler=fields.get("filler", Wording()),
            on_failure=resolved(at, failure),
            on_refused={"*" if reason == ANY_REASON else reason: at(label) for reason, label in refused.items()},
            on_unknown=resolved(at, unknown),
        ),
    )
    for label, name in ((failure, "on_failure"), (unknown, "on_unknown")):
        if label is not None:
            work.block(label, fields[name], exit)
    for reason, label in refused.items():
        work.block(label, fields["on_refused"][reason], exit)


def _lay(fields: Fields, exit: Label, work: Work) -> None:
    name = fields.get("call")
    if name is None:
        return
    handler = work.desk.world.handlers[name]
    _check_arguments(fields, handler, work.desk)
    _check_refusals(fields, handler, work.desk)
    if handler.write and "on_unknown" not in fields.node:
        remedy = "say what the caller should expect in 'on_unknown'"
        work.desk.fault("unknown-result-unsaid", fields.place, f"'{name}' writes, and its end may stay unknown", remedy)
    lay_invocation(fields, name, fields.get("with", {}), handler.write, exit, work)


def _check_arguments(fields: Fields, handler: HandlerManifest, desk: Desk) -> None:
    given = fields.node.get("with")
    names = [entry.key for entry in given] if isinstance(given, MappingNode) else []
    for key in names:
        if key.text not in handler.arguments:
            message = f"'{handler.name}' takes no argument '{key.text}'"
            desk.fault("unknown-argument", key.place, message, closest(key.text, handler.arguments))
    written = {key.text for key in names}
    missing = [name for name, argument in handler.arguments.items() if argument.required and name not in written]
    if missing:
        message = f"'{handler.name}' needs {', '.join(missing)}"
        desk.fault("missing-argument", fields.at("call"), message, f"with: {{ {missing[0]}: ... }}")


def _check_refusals(fields: Fields, handler: HandlerManifest, desk: Desk) -> None:
    given = fields.node.get("on_refused")
    if not isinstance(given, MappingNode):
        return
    for entry in given:
        if entry.key.text not in (*handler.refusals, ANY_REASON):
            message = f"'{handler.name}' never refuses for '{entry.key.text}'"
            desk.fault("unknown-refusal", entry.key.place, message, closest(entry.key.text, (*handler.refusals, ANY_REASON)))


WITH: Key = Key("with", MapOf[Any](Given(), A_DOTTED_NAME), "The arguments, by name.")

KIND = StepKind(
    doc="A handler is called: it reads or writes in the information system. Its result gets the name behind 'into'.",
    example="""\
- call: payments.next
  with: { person: "{{ caller.person }}" }
  into: payment
  timeout: 5s
  filler: { fr: "Je consulte votre dossier.", en: "I am looking at your file." }
  on_failure:
    - hand_over: payments_unavailable
  on_refused:
    unknown_person: [hand_over: unknown_person]
    others: [hand_over: payments_refused]
""",
    leading=Key("call", A_HANDLER, "The handler's name, as declared in handlers.yaml.", required=True),
    keys=(WITH, *HANDLER_KEYS),
    lay=_lay,
)
