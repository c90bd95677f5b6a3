"""The dialogue engine: `begin` and `resume`, computed from their arguments alone.

Rule: a turn is some plays and exactly one command that waits; any event in any state gives a turn, and every session ends.
What a flow does wrong sends the caller to an agent: first by the flow's own hand-over, then by a transfer that needs no flow.
"""

from typing import Any

from ivr.engine.asking import Answered, GaveUp, Universally, arrive, ask_again, read
from ivr.engine.commands import Collect
from ivr.engine.events import Disconnected, Event, Heard, Noinput, Pressed, TransferResult
from ivr.engine.expressions import ExpressionError
from ivr.engine.flow import END, Ask, Flow
from ivr.engine.session import Call, Frame, Session, Turn
from ivr.engine.state import Bottom, Fault, State
from ivr.engine.steps import continue_step, hand_over, perform


def begin(flow: Flow, call: Call) -> Turn:
    """The first turn of a call."""
    language = call.language if call.language in flow.languages else flow.languages[0]
    session = Session(flow.version, call, language, (Frame(flow.entry),))
    state = State(flow, session, None, call.at)
    state.enter(flow.entry)
    return _guarded(state, lambda: _walk(state))


def resume(flow: Flow, session: Session, event: Event) -> Turn:
    """The turn that follows an event. Raises ValueError when the session belongs to another version or has ended."""
    if session.flow != flow.version:
        raise ValueError(f"the session belongs to version {session.flow}, not {flow.version}")
    if session.ended:
        raise ValueError("the session has ended")
    state = State(flow, session, event, event.at)
    if isinstance(event, Disconnected):
        return _hung_up(state, event)
    if session.awaiting == "disconnect":
        return state.turn(None, "")
    if session.awaiting == "final_transfer":
        return state.disconnect("transferred", session.reason)
    if session.turns >= flow.limits.turns:
        state.note("fault", "turns")
        return state.final_transfer("fault")
    return _guarded(state, lambda: _resume(state, event))


def _hung_up(state: State, event: Disconnected) -> Turn:
    """The end of every call. Whoever was in the middle of something has left it: where, and after how much of the prompt."""
    session = state.session
    if session.awaiting not in ("disconnect", "final_transfer", "transfer"):
        where = f"{session.frames[-1].dialog}:{session.frames[-1].step}" if session.frames else ""
        state.note("abandoned", where, f"{event.heard.ms}/{event.heard.of_ms}")
        state.close_attempts("abandoned", where)
        state.update(outcome=session.outcome or "abandoned")
    elif session.awaiting == "transfer":
        state.close_attempts("transferred", session.reason)
        state.update(outcome="transferred")
    return state.turn(None, "")


def _guarded(state: State, go: Any) -> Turn:
    """Run the flow; what it does wrong becomes a hand-over, and once more wrong, a transfer without the flow."""
    for _ in range(2):
        try:
            turn: Turn = go()
            return turn
        except Bottom as bottom:
            state.note("gave_up", "hand_over", bottom.reason)
            return state.final_transfer(bottom.reason)
        except (Fault, ExpressionError) as fault:
            go = _after_fault(state, fault)
            if go is None:
                break
    return state.final_transfer("fault")


def _after_fault(state: State, fault: Fault | ExpressionError) -> Any:
    code = fault.code if isinstance(fault, Fault) else "expression"
    state.note("fault", code, str(fault.args[-1]))
    in_hand_over = bool(state.session.frames) and state.session.frames[0].dialog == state.flow.hand_over
    state.update(faults=state.session.faults + 1)
    if in_hand_over or state.session.faults > 1:
        return None
    state.plays.clear()

    def go() -> Turn:
        state.say(state.sentence("fault"))
        state.update(reason="fault")
        state.restart(state.flow.hand_over, {"reason": "fault"}, "failed", code)
        return _walk(state)

    return go


def _walk(state: State) -> Turn:
    """Run steps until one waits."""
    for _ in range(state.flow.limits.steps_a_turn):
        if not state.session.frames:
            state.say(state.sentence("goodbye"))
            return state.disconnect("completed", "completed")
        if not _admitted(state):
            continue
        if state.frame.step == END or state.frame.step >= len(state.dialog.steps):
            state.pop(None, "completed")
            continue
        step = state.step
        if isinstance(step, Ask):
            state.traced()
            return state.turn(arrive(state, step), "collect")
        turn = perform(state, step)
        if turn is not None:
            return turn
    raise Fault("steps", "too many steps without waiting for the caller")


def _admitted(state: State) -> bool:
    """Hold a dialog at its door until the caller is identified; without success it does not run."""
    if state.dialog.requires != "identified" or state.session.caller.get("verified") or state.flow.identify is None:
        return True
    if state.frame.gate:
        state.pop(None, "failed", "identification")
        return False
    state.open_gate()
    state.push(state.flow.identify, {}, None)
    return False


def _resume(state: State, event: Event) -> Turn:
    if not state.session.frames:
        return state.disconnect("completed", "completed")
    step = state.step if state.frame.step != END else None
    if isinstance(step, Ask):
        if isinstance(event, (Pressed, Heard, Noinput)):
            return _answer(state, step, event)
        return state.turn(ask_again(state, step, state.sentence("")), "collect")
    if step is None or not continue_step(state, step, event):
        return _walk(state)
    if _conversation_over(state, event):
        return state.disconnect("transferred", state.session.reason)
    return _walk(state)


def _conversation_over(state: State, event: Event) -> bool:
    result = getattr(event, "result", None)
    over = result in (TransferResult.ANSWERED, TransferResult.FAR_END_DISCONNECT)
    if over:
        state.update(outcome="transferred")
    return over


def _answer(state: State, ask: Ask, event: Pressed | Heard | Noinput) -> Turn:
    reading = read(state, ask, event)
    if isinstance(reading, Collect):
        _note_trouble(state, ask, event)
        return state.turn(reading, "collect")
    if isinstance(reading, Universally):
        return _universal(state, ask, reading.action)
    if isinstance(reading, GaveUp):
        return _give_up(state, ask, reading.why)
    return _accept(state, ask, reading)


def _note_trouble(state: State, ask: Ask, event: Event) -> None:
    asking = state.session.asking
    if asking is None:
        return
    if isinstance(event, Noinput):
        state.note("noinput", ask.name, str(asking.noinputs))
    elif not asking.confirming and asking.refusals:
        state.note("refused", ask.name, str(asking.refusals))
    elif asking.nomatches:
        state.note("nomatch", ask.name, str(asking.nomatches))


def _accept(state: State, ask: Ask, answered: Answered) -> Turn:
    state.remember()
    state.assign(ask.name, answered.value)
    state.note("answer", ask.name, str(answered.value) if ask.choices or ask.type == "yes_no" else "")
    state.traced("answered")
    state.go(answered.target)
    return _walk(state)


def _give_up(state: State, ask: Ask, why: str) -> Turn:
    state.note("gave_up", ask.name, why)
    if ask.on_give_up is not None:
        state.go(ask.on_give_up)
    else:
        hand_over(state, why)
    return _walk(state)


def _universal(state: State, ask: Ask, action: str) -> Turn:
    state.note("universal", action)
    match action:
        case "agent":
            state.note("asked_agent", ask.name)
            state.update(reason="asked_agent")
            state.restart(state.flow.hand_over, {"reason": "asked_agent"}, "transferred", "asked_agent")
        case "main_menu":
            state.restart(state.flow.main_menu, {}, "abandoned", "main_menu")
        case "back":
            if not state.go_back():
                return _again(state, ask, "back_nothing")
        case "stop":
            state.say(state.sentence("goodbye"))
            return state.disconnect("abandoned", "stopped")
        case "language":
            languages = state.flow.languages
            following = languages[(languages.index(state.session.language) + 1) % len(languages)]
            state.update(language=following, last_said=())
        case "slower":
            state.update(patient=True)
            return _again(state, ask, "slower")
        case "help":
            return state.turn(ask_again(state, ask, state.render(ask.help) or state.sentence("no_help")), "collect")
        case _:  # repeat, louder: the question as it was, with what was said before it
            state.plays += state.session.last_said
            return _again(state, ask, "")
    return _walk(state)


def _again(state: State, ask: Ask, sentence: str) -> Turn:
    return state.turn(ask_again(state, ask, state.sentence(sentence)), "collect")
