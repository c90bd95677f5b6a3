"""Flows and events at random: sensible and senseless alike."""

import datetime as dt
from typing import Any

from hypothesis import strategies as st

from ivr.engine.events import (
    Disconnected,
    Event,
    Heard,
    Heardness,
    Invoked,
    Meaning,
    Noinput,
    Pressed,
    Recorded,
    Result,
    Transferred,
    TransferResult,
)
from ivr.engine.expressions import Both, Compare, Constant, Expression, Filter, Item, Name, Not, Sum
from ivr.engine.flow import (
    Ask,
    Assign,
    Between,
    Dialog,
    Flow,
    Goto,
    Handover,
    Hangup,
    Invocation,
    Limits,
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
from ivr.engine.secrets import Secret
from tests.engine.flows import AT, choice, dialog, flow, valued, words

NAMES = ("a", "b", "payment", "caller", "hours", "now")
TYPES = ("digits", "number", "amount", "yes_no", "date", "identifier")
DIALOGS = ("one", "two", "three")

moments = st.integers(0, 10**6).map(lambda seconds: AT + dt.timedelta(seconds=seconds))
heardness = st.builds(Heardness, st.integers(0, 9000), st.integers(0, 9000))
secrets = st.builds(Secret, st.just("s1"), st.sampled_from(TYPES), st.integers(0, 15), st.booleans(), st.booleans())
values = (
    st.none()
    | st.booleans()
    | st.integers(-10, 10**12)
    | st.text(max_size=5)
    | st.decimals(-1000, 10**6, places=2)
    | st.dates()
    | st.dictionaries(st.sampled_from(("amount", "date")), st.decimals(0, 99, places=2) | st.dates(), max_size=2)
    | st.lists(st.integers(), max_size=3).map(tuple)
)
meanings = st.builds(
    Meaning,
    st.sampled_from(("choice:x", "choice:y", "universal:agent", "universal:back", "universal:stop", "universal:language")),
    st.floats(0, 1),
)

events: st.SearchStrategy[Event] = (
    st.builds(
        Pressed, moments, st.text("0123456789*#", max_size=12), st.sampled_from(("", "#", "max", "timeout")),
        st.none() | secrets, heardness,
    )
    | st.builds(
        Heard, moments, st.text(max_size=20), st.floats(0, 1), st.lists(meanings, max_size=3).map(tuple),
        st.fixed_dictionaries({}, optional={"amount": st.decimals(0, 99, places=2), "yes_no": st.booleans(), "date": st.dates()}),
    )
    | st.builds(Noinput, moments, heardness)
    | st.builds(Invoked, moments, st.sampled_from(Result), values, st.sampled_from(("", "timeout", "wrong")))
    | st.builds(Recorded, moments, st.sampled_from(("", "m.wav")), st.integers(0, 9000))
    | st.builds(Transferred, moments, st.sampled_from(TransferResult), st.integers(0, 9000))
    | st.builds(Disconnected, moments)
)  # fmt: skip


def expressions() -> st.SearchStrategy[Expression]:
    leaf: st.SearchStrategy[Any] = st.builds(Name, st.sampled_from(NAMES)) | st.builds(Constant, values)
    operators = st.sampled_from(("==", "!=", "<", ">=", "in", "not_in"))
    return st.recursive(
        leaf,
        lambda inner: (
            st.builds(Not, inner)
            | st.builds(Both, inner, inner)
            | st.builds(Compare, inner, operators, inner)
            | st.builds(Sum, inner, st.sampled_from("+-"), inner)
            | st.builds(Item, inner, st.sampled_from(("amount", "open", 0)).map(Constant))
            | st.builds(Filter, inner, st.sampled_from(("length", "first", "last")))
        ),
        max_leaves=4,
    )


wordings = st.sampled_from((words("Bonjour."), words(""), valued("Vous avez ", "a"), valued("Soit ", "payment.amount", "amount")))


def steps(size: int) -> st.SearchStrategy[Step]:
    """Any step of a dialog of `size` steps."""
    target = st.integers(-1, size - 1)
    asks = st.builds(
        Ask, name=st.sampled_from(NAMES[:3]), prompt=wordings, next=target, type=st.sampled_from(TYPES),
        confirm=st.sampled_from(("never", "unsure", "always")), attempts=st.integers(1, 3), on_give_up=st.none() | target,
        irreversible=st.booleans(), secret=st.booleans(), agent_on_zero=st.booleans(),
    )  # fmt: skip
    menus = st.builds(
        Ask, name=st.just("a"), prompt=wordings, next=target, list_choices=st.booleans(),
        choices=st.tuples(*(st.builds(choice, st.just(name), st.just(key), target) for name, key in (("x", "1"), ("y", "2")))),
    )  # fmt: skip
    other = st.one_of(
        st.builds(Say, wordings, target),
        st.builds(When, expressions(), target, target),
        st.builds(Between, st.none() | moments, st.none() | moments, target, target),
        st.builds(Variant, st.just("v"), st.tuples(st.tuples(st.just(50), target), st.tuples(st.just(50), target))),
        st.builds(Assign, st.sampled_from(("a", "caller.verified", "caller.person")), expressions(), target),
        st.builds(
            Invocation, st.just("h"), st.fixed_dictionaries({"x": expressions()}), st.none() | st.just("payment"), target,
            st.just(1000), st.booleans(), wordings, st.none() | target, st.fixed_dictionaries({}, optional={"*": target}),
            st.none() | target,
        ),
        st.builds(Goto, st.sampled_from(DIALOGS)),
        st.builds(Run, st.sampled_from(DIALOGS), target, into=st.none() | st.just("b")),
        st.builds(Return, st.none() | expressions()),
        st.just(Reset()),
        st.builds(Handover, st.just("why")),
        st.builds(TransferTo, st.just("queue:a"), st.none() | expressions(), wordings, target),
        st.builds(RecordMessage, st.just("b"), wordings, target, on_failure=st.none() | target),
        st.builds(Remark, st.sampled_from(("outcome", "milestone", "reason")), st.just("closed"), target),
        st.builds(Switch, st.sampled_from(("language", "patient")), expressions(), target),
        st.builds(Hangup, wordings),
    )  # fmt: skip
    return asks | menus | other


@st.composite
def dialogs(draw: st.DrawFn, name: str) -> Dialog:
    size = draw(st.integers(1, 6))
    body = [draw(steps(size)) for _ in range(size)]
    return dialog(
        name, *body, service=draw(st.none() | st.just(f"s-{name}")), requires=draw(st.sampled_from(("", "", "identified")))
    )


@st.composite
def flows(draw: st.DrawFn) -> Flow:
    """Three dialogs of any steps; small limits, so that their ends are met."""
    limits = Limits(steps_a_turn=40, turns=draw(st.integers(3, 25)), depth=4, trail=3)
    return flow(*(draw(dialogs(name)) for name in DIALOGS), identify="three", limits=limits)
