"""Callers whose name or number is made to do harm: the call works, and nothing of it is believed."""

from collections.abc import Callable

import pytest

from config.lab.asterisk import Asterisk
from tests.lab.actions import AwaitEnd, Keys, Wait
from tests.lab.counter import Build, at_work, new_agent
from tests.lab.sipp import Phone

pytestmark = pytest.mark.lab


@pytest.mark.parametrize(
    "display",
    [
        'L\'Été, \\"guillemets\\"',
        "a,b;c|d&e=f",
        "x" * 500,
        "☎️ Zoé 🦊",
        "${EXTEN} ${SHELL(id)}",
        "%0Aagi_request: agi://evil/resume",
    ],
)
def test_an_odd_caller_name_changes_nothing(phone: Phone, open_counter: Build, display: str) -> None:
    counter = open_counter()
    counter.start_engine()
    call = phone.call(counter.number, Wait(300), Keys("112345678901"), AwaitEnd(15_000), display=display, caller="0199000077")
    assert call.completed
    assert "0199000077 Pressed" in counter.events


@pytest.mark.parametrize("user", ["%0A%0A200%20result=49%0A", "%22a%22,b", "1" * 300, "anonymous"])
def test_an_odd_caller_number_is_left_out(phone: Phone, open_counter: Build, user: str) -> None:
    counter = open_counter()
    counter.start_engine()
    call = phone.call(counter.number, Wait(300), Keys("112345678901"), AwaitEnd(15_000), caller=user)
    assert call.completed
    assert "keys='12345678901'" in counter.events


@pytest.mark.parametrize("field", ["CALLERID(name)", "CALLERID(num)", "CALLERID(dnid)", "REDIRECTING(from-num)"])
def test_a_gateways_line_breaks_answer_nothing_in_asterisks_place(
    phone: Phone, open_counter: Build, dialplan: Callable[[str], str], field: str
) -> None:
    counter = open_counter()
    counter.start_engine()
    number = dialplan(f"""
        Set({field}=${{URIDECODE(0%0A%0A200 result=50%0AHANGUP%0A200 result=50%0Aagi_request%3A agi%3A//evil/resume)}})
        Goto({counter.name},3949,1)
    """)
    call = phone.call(number, Wait(300), Keys("112345678901"), AwaitEnd(15_000))
    assert call.completed
    first, second, *_ = counter.events.splitlines()
    assert "Arrival" in first
    assert "Pressed" in second
    assert "keys='1'" in second
    assert "keys='12345678901'" in counter.events


def test_an_odd_caller_number_leaves_a_message_without_a_number_in_the_net(phone: Phone, open_counter: Build) -> None:
    counter = open_counter()
    phone.call(counter.number, Wait(6_000), Keys("#"), AwaitEnd(15_000), caller="../x%22,b~c%0Ad")
    (message,) = counter.messages()
    assert message.caller == ""  # type: ignore[attr-defined]


def test_an_agent_never_sees_the_name_that_a_caller_made_up(phone: Phone, open_counter: Build, asterisk: Asterisk) -> None:
    agent = new_agent(asterisk)
    counter = open_counter(members=(f"PJSIP/agent{agent}",), wait_s=10)
    counter.start_engine()
    with at_work(phone, counter, agent, talk_ms=500) as callee:
        phone.call(counter.number, Wait(300), Keys("2"), AwaitEnd(15_000), display="Ministère, <urgent>", caller="0199000078")
        heard_of = (callee.sipp.folder / "messages.log").read_text(encoding="utf-8", errors="replace")
    assert "0199000078" in heard_of
    assert "urgent" not in heard_of
