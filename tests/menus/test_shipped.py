"""The services that ship: whatever a caller does, a turn and an end; and every way through can be walked."""

import datetime as dt
import json
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from ivr.engine.codec import decode, encode
from ivr.engine.commands import Collect, Invoke, KeyEntries, KeyField, Record, Transfer, Waiting
from ivr.engine.engine import begin, resume
from ivr.engine.events import (
    Disconnected,
    Event,
    Heard,
    Invoked,
    Meaning,
    Noinput,
    Pressed,
    Recorded,
    Result,
    Transferred,
    TransferResult,
)
from ivr.engine.flow import Ask, Flow
from ivr.engine.prompts import Text
from ivr.engine.rehearsal import prompts
from ivr.engine.secrets import Secret
from ivr.engine.session import Call, Turn
from ivr.language.loading import Loaded, load
from tests.engine.strategies import events

MENUS = Path(__file__).resolve().parents[2] / "menus"
SERVICES = sorted(path.parent.name for path in MENUS.glob("*/service.yaml"))
AT = dt.datetime(2026, 11, 23, 9, 0, tzinfo=dt.UTC)
BOUNDED = settings(
    max_examples=60,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@cache
def read(name: str) -> Loaded:
    return load(MENUS / name)


def service(name: str) -> Flow:
    loaded = read(name)
    assert loaded.flow is not None, [str(issue) for issue in loaded.issues]
    return loaded.flow


def call(dialled: str) -> Call:
    return Call("c1", dialled, AT, Secret("caller", "phone", 10, spoken=True))


def answers(returns: Any) -> st.SearchStrategy[Any]:
    """What a handler may give that declares so."""
    if isinstance(returns, dict):
        return st.fixed_dictionaries({name: answers(each) for name, each in returns.items()})
    if isinstance(returns, list):
        return st.lists(answers(returns[0]), max_size=5).map(tuple)
    known = {"date": AT.date(), "amount": Decimal("987.65"), "number": 3, "month": 11, "yes_no": True}
    return st.just(known.get(returns, "x"))


def fitting(draw: st.DrawFn, waiting: Waiting, service: str) -> Event:
    """An event of the kind that the command waits for."""
    match waiting:
        case Collect():
            return draw(st.one_of(pressed(waiting), heard(waiting), st.just(Noinput(AT))))
        case Invoke():
            result = draw(st.sampled_from(Result))
            declared = read(service).handlers[waiting.handler]
            answer = draw(answers(declared.returns)) if result is Result.DONE else None
            if isinstance(answer, dict) and not declared.write and draw(st.booleans()):
                answer = None
            return Invoked(AT, result, answer, draw(st.sampled_from(("", "x", *declared.refusals))))
        case Record():
            return Recorded(AT, draw(st.sampled_from(("", "m.wav"))), 1000)
        case Transfer():
            return Transferred(AT, draw(st.sampled_from(TransferResult)))
        case _:
            return Disconnected(AT)


def pressed(command: Collect) -> st.SearchStrategy[Event]:
    if command.secret is not None:
        return st.booleans().map(lambda valid: Pressed(AT, "", "#", Secret("s1", str(command.secret), 6, valid)))
    if isinstance(command.keys, KeyEntries):
        return st.sampled_from((*command.keys.entries, "8")).map(lambda keys: Pressed(AT, keys, "entry"))
    size = command.keys.max if isinstance(command.keys, KeyField) else 4
    return st.text("0123456789", min_size=1, max_size=size).map(lambda keys: Pressed(AT, keys, "#"))


def heard(command: Collect) -> st.SearchStrategy[Event]:
    means = sorted({phrase.means for phrase in command.words.phrases}) if command.words else []
    named = st.sampled_from(means or ["nothing"])
    return st.builds(
        lambda name, sure, yes: Heard(AT, "…", sure, (Meaning(name, 1.0),), {"yes_no": yes}),
        named,
        st.sampled_from((0.3, 0.7, 1.0)),
        st.booleans(),
    )


@pytest.mark.parametrize("name", SERVICES)
@BOUNDED
@given(data=st.data())
def test_any_way_through_a_shipped_service_ends_and_replays(name: str, data: st.DataObject) -> None:
    flow = service(name)
    turns: list[Turn] = [begin(flow, call(flow.numbers[0]))]

    @st.composite
    def next_event(draw: st.DrawFn) -> Event:
        return fitting(draw, turns[-1].waiting, name)

    for _ in range(data.draw(st.integers(0, 40))):
        if turns[-1].ended:
            break
        session = decode(json.loads(json.dumps(encode(turns[-1].session))))
        assert session == turns[-1].session
        turns.append(resume(flow, session, data.draw(next_event())))
    if not turns[-1].ended:
        turns.append(resume(flow, turns[-1].session, Disconnected(AT)))
    assert turns[-1].ended
    again = begin(flow, call(flow.numbers[0]))
    for turn in turns[1:]:
        assert turn.event is not None
        again = resume(flow, again.session, turn.event)
        assert encode(again) == encode(turn)
    assert not [note for turn in turns for note in turn.notes if note.what == "fault"]


@pytest.mark.parametrize("name", SERVICES)
@BOUNDED
@given(happened=st.lists(events, max_size=40))
def test_senseless_events_do_not_break_a_shipped_service(name: str, happened: list[Event]) -> None:
    flow = service(name)
    turn = begin(flow, call(flow.numbers[0]))
    for event in happened:
        if turn.ended:
            break
        turn = resume(flow, turn.session, event)


@pytest.mark.parametrize("service", SERVICES)
def test_every_menu_can_be_said_ahead(service: str) -> None:
    flow = load(MENUS / service).flow
    assert flow is not None
    known = {repr(prompt) for prompt in prompts(flow)}
    for dialog in flow.dialogs.values():
        for ask in (step for step in dialog.steps if isinstance(step, Ask) and step.list_choices):
            labels = [repr(Text(fragment.text)) for choice in ask.choices for fragment in choice.label.by_language.get("fr", ())]
            assert any(all(label in prompt for label in labels) for prompt in known), dialog.name
