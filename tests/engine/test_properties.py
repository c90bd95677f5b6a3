"""Whatever a flow says and whatever a caller does: a turn, an end, and the same again on replay."""

import json

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from ivr.engine.codec import decode, encode
from ivr.engine.commands import Play
from ivr.engine.engine import begin, resume
from ivr.engine.events import Disconnected, Event
from ivr.engine.flow import Flow
from ivr.engine.session import Turn
from tests.engine.flows import CALL
from tests.engine.strategies import events, flows

BOUNDED = settings(
    max_examples=15,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # flows are large: shrinking takes minutes
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def play(flow: Flow, happened: list[Event]) -> list[Turn]:
    turns = [begin(flow, CALL)]
    for event in happened:
        if turns[-1].ended:
            break
        session = decode(json.loads(json.dumps(encode(turns[-1].session))))
        assert session == turns[-1].session
        turns.append(resume(flow, session, event))
    return turns


@BOUNDED
@given(flows(), st.lists(events, max_size=30))
def test_any_events_in_any_flow_give_turns_of_plays_and_one_waiting_command(flow: Flow, happened: list[Event]) -> None:
    for turn in play(flow, happened):
        if turn.ended:
            assert turn.commands == ()
        else:
            assert not isinstance(turn.commands[-1], Play)
            assert all(isinstance(command, Play) for command in turn.commands[:-1])


@BOUNDED
@given(flows(), st.lists(events, max_size=30))
def test_a_replay_gives_equal_turns(flow: Flow, happened: list[Event]) -> None:
    first = play(flow, happened)
    again = play(flow, [turn.event for turn in first[1:] if turn.event is not None])
    assert [json.dumps(encode(turn)) for turn in again] == [json.dumps(encode(turn)) for turn in first]


@BOUNDED
@given(flows(), events.filter(lambda event: not isinstance(event, Disconnected)))
def test_every_session_ends_whatever_the_caller_repeats(flow: Flow, event: Event) -> None:
    turns = play(flow, [event] * (flow.limits.turns + 3))
    assert turns[-1].ended


@BOUNDED
@given(flows(), st.lists(events, max_size=10))
def test_each_service_entered_has_exactly_one_outcome(flow: Flow, happened: list[Event]) -> None:
    turns = play(flow, [*happened, Disconnected(CALL.at)])
    if not turns[-1].ended:
        return
    notes = [note for turn in turns for note in turn.notes]
    entered = sorted(note.name for note in notes if note.what == "entered")
    ended = sorted(note.name for note in notes if note.what == "outcome")
    assert entered == ended
