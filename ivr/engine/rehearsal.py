"""Every prompt that a flow can say without knowing a caller: so that it can be made ahead.

Rule: pure; what needs a value of the call is left out and made when it is said.
"""

import datetime as dt
from collections.abc import Iterator

from ivr.engine.asking import prompts_of
from ivr.engine.expressions import ExpressionError
from ivr.engine.flow import END, Ask, Dialog, Flow, Hangup, Invocation, RecordMessage, Say, Step, TransferTo, Wording
from ivr.engine.prompts import Prompt
from ivr.engine.session import Call, Frame, Session
from ivr.engine.state import State

_ANY_TIME = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
_SENTENCES = ("goodbye", "fault", "handing_over", "handler_failed", "unknown_result")


def prompts(flow: Flow) -> Iterator[Prompt]:
    """Prompts without values, in every language, each once."""
    seen: set[str] = set()
    for language in flow.languages:
        for dialog in flow.dialogs.values():
            for step in dialog.steps:
                yield from _new(seen, _of_step(_state(flow, dialog, language), step))
        state = _state(flow, flow.dialogs[flow.entry], language)
        yield from _new(seen, (prompt for name in _SENTENCES for prompt in _said(state, flow.texts.get(name, Wording()))))


def _state(flow: Flow, dialog: Dialog, language: str) -> State:
    call = Call("rehearsal", "", _ANY_TIME)
    return State(flow, Session(flow.version, call, language, (Frame(dialog.name, END),)), None, _ANY_TIME)


def _new(seen: set[str], found: Iterator[Prompt]) -> Iterator[Prompt]:
    for prompt in found:
        if prompt.parts and not prompt.holds_values and repr(prompt) not in seen:
            seen.add(repr(prompt))
            yield prompt


def _of_step(state: State, step: Step) -> Iterator[Prompt]:
    match step:
        case Ask():
            yield from prompts_of(state, step)
        case Say() | TransferTo() | Hangup():
            yield from _said(state, step.words)
        case Invocation():
            yield from _said(state, step.filler)
        case RecordMessage():
            yield from _said(state, step.prompt)


def _said(state: State, wording: Wording) -> Iterator[Prompt]:
    try:
        yield state.render(wording)
    except ExpressionError:
        return
