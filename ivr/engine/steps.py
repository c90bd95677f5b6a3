"""The steps that are not questions: each is performed, and those that wait are continued by their event.

`perform` gives a turn when the step waits for something outside, and nothing when the walk goes on.
"""

import zlib
from typing import Any

from ivr.engine.commands import Invoke, Record, Transfer
from ivr.engine.events import Event, Invoked, Recorded, Result, Transferred, TransferResult
from ivr.engine.expressions import evaluate, truth
from ivr.engine.flow import (
    Assign,
    Between,
    Goto,
    Handover,
    Hangup,
    Invocation,
    RecordMessage,
    Remark,
    Reset,
    Return,
    Run,
    Say,
    Step,
    Switch,
    TransferTo,
    Variant,
    When,
)
from ivr.engine.session import Turn
from ivr.engine.state import Bottom, State


def perform(state: State, step: Step) -> Turn | None:
    """Do what a step says. Raises Fault, Bottom and ExpressionError."""
    match step:
        case Invocation():
            return _invoke(state, step)
        case TransferTo():
            return _transfer(state, step)
        case RecordMessage():
            state.traced()
            return state.turn(Record(state.render(step.prompt), step.name, step.max_ms), "record")
        case Hangup():
            state.traced()
            state.say(state.render(step.words) or state.sentence("goodbye"))
            return state.disconnect("completed", "completed")
        case Handover():
            state.traced(step.reason)
            hand_over(state, step.reason)
        case Say() | When() | Between() | Variant() | Assign() | Remark() | Switch():
            _within(state, step)
        case Goto() | Run() | Return() | Reset():
            _across(state, step)
    return None


def _within(state: State, step: Say | When | Between | Variant | Assign | Remark | Switch) -> None:
    """Steps that stay in their dialog."""
    match step:
        case Say():
            state.traced()
            state.say(state.render(step.words), step.bargein)
            state.go(step.next)
        case When():
            held = truth(evaluate(step.test, state.names()))
            state.traced("then" if held else "else")
            state.go(step.then if held else step.otherwise)
        case Between():
            holds = (step.since is None or step.since <= state.at) and (step.until is None or state.at < step.until)
            state.traced("then" if holds else "else")
            state.go(step.then if holds else step.otherwise)
        case Variant():
            target, share = _variant(state, step)
            state.traced(str(share))
            state.note("variant", step.name, str(share))
            state.go(target)
        case Assign():
            value = evaluate(step.value, state.names())
            state.traced(step.target)
            state.go(step.next)
            state.assign(step.target, value)
        case Remark():
            _remark(state, step)
        case Switch():
            _switch(state, step)


def _variant(state: State, step: Variant) -> tuple[int, int]:
    ticket = zlib.crc32(f"{step.name}:{state.session.call.id}".encode()) % 100
    total = 0
    for number, (share, target) in enumerate(step.shares):
        total += share
        if ticket < total:
            return target, number
    return step.shares[-1][1], len(step.shares) - 1


def _remark(state: State, step: Remark) -> None:
    value = "" if step.value is None else str(evaluate(step.value, state.names()))
    state.traced(f"{step.what}:{step.name}")
    if step.what == "outcome":
        if state.session.attempts:
            state.close_attempts(step.name, value, kept=state.session.attempts[-1].depth - 1)
    elif step.what == "reason":
        state.update(reason=step.name)
    else:
        state.note(step.what, step.name, value)
    state.go(step.next)


def _switch(state: State, step: Switch) -> None:
    value = evaluate(step.value, state.names())
    state.traced(step.what)
    if step.what == "language" and value in state.flow.languages:
        state.update(language=value)
    elif step.what == "patient":
        state.update(patient=truth(value))
    state.go(step.next)


def _across(state: State, step: Goto | Run | Return | Reset) -> None:
    """Steps that leave their dialog."""
    match step:
        case Goto():
            names = _arguments(state, step.arguments)
            state.traced(step.dialog)
            state.follow(step.dialog, names)
        case Run():
            names = _arguments(state, step.arguments)
            state.traced(step.dialog)
            state.go(step.next)
            state.push(step.dialog, names, step.into)
        case Return():
            value = None if step.value is None else evaluate(step.value, state.names())
            state.traced()
            state.pop(value, "completed")
        case Reset():
            state.traced()
            state.restart(state.flow.main_menu, {}, "completed", "")


def _arguments(state: State, arguments: Any) -> dict[str, Any]:
    names = state.names()
    return {name: evaluate(expression, names) for name, expression in arguments.items()}


def hand_over(state: State, reason: str) -> None:
    """To the flow's hand-over dialog. Raises Bottom when that is where we are already."""
    if state.session.frames and state.session.frames[0].dialog == state.flow.hand_over:
        raise Bottom(reason)
    state.update(reason=reason)
    state.restart(state.flow.hand_over, {"reason": reason}, "transferred", reason)


def _invoke(state: State, step: Invocation) -> Turn:
    arguments = _arguments(state, step.arguments)
    state.traced(step.handler)
    if step.write:
        state.update(trail=())
    key = f"{state.session.call.id}:{state.session.turns + 1}"
    command = Invoke(step.handler, arguments, step.timeout_ms, state.render(step.filler), key, step.write)
    return state.turn(command, "invoke")


def _transfer(state: State, step: TransferTo) -> Turn:
    reason = state.session.reason if step.reason is None else str(evaluate(step.reason, state.names()) or "")
    state.traced(step.to)
    state.update(reason=reason)
    state.note("transfer", step.to, reason)
    prompt = state.render(step.words) or state.sentence("handing_over")
    return state.turn(Transfer(step.to, reason, state.context(reason), prompt, step.timeout_ms), "transfer")


def continue_step(state: State, step: Step, event: Event) -> bool:
    """Go on after the event that a step waited for; false when the event is not its own (the step is performed again)."""
    match step, event:
        case Invocation(), Invoked():
            _invoked(state, step, event)
        case TransferTo(), Transferred():
            _transferred(state, step, event)
        case RecordMessage(), Recorded():
            state.traced(event.ended_by)
            failed = not event.file and step.on_failure is not None
            state.go(step.on_failure if failed and step.on_failure is not None else step.next)
            state.assign(step.name, event.file or None)
        case _:
            return False
    return True


def _invoked(state: State, step: Invocation, event: Invoked) -> None:
    state.traced(f"{event.result.value}:{event.reason}" if event.reason else event.result.value)
    if event.result is Result.DONE:
        state.go(step.next)
        if step.into is not None:
            state.assign(step.into, event.value)
        return
    state.note("handler", step.handler, f"{event.result.value}:{event.reason}")
    target = _after_failure(step, event)
    if target is None:
        unknown = step.write and event.result is Result.UNKNOWN
        state.say(state.sentence("unknown_result" if unknown else "handler_failed"))
        hand_over(state, f"{step.handler}:{event.result.value}")
        return
    state.go(target)
    state.assign("failure", event.reason or event.result.value)


def _after_failure(step: Invocation, event: Invoked) -> int | None:
    if event.result is Result.REFUSED:
        return step.on_refused.get(event.reason, step.on_refused.get("*", step.on_failure))
    if event.result is Result.UNKNOWN and step.write:
        return step.on_unknown
    return step.on_failure


def _transferred(state: State, step: TransferTo, event: Transferred) -> None:
    result = event.result
    state.traced(result.value)
    state.note("transferred", step.to, f"{result.value}:{event.waited_ms}")
    if result in (TransferResult.ANSWERED, TransferResult.FAR_END_DISCONNECT):
        return
    state.go(step.outcomes.get(result.value, step.outcomes.get("*", step.next)))
