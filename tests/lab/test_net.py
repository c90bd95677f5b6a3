"""Calls on a real Asterisk through the net that we write: with an engine, without one, and when it dies or hangs."""

import datetime as dt
import signal
import threading

import pytest

from config.lab.asterisk import Asterisk
from ivr.engine.flow import Hours
from tests.lab.actions import AwaitEnd, HangUp, Keys, Wait
from tests.lab.counter import (
    CLOSED,
    PROMPTS,
    SPARE_MS,
    Build,
    assert_heard_in_order,
    at_work,
    new_agent,
    place,
    wait_until,
)
from tests.lab.sipp import Phone

pytestmark = pytest.mark.lab


def test_a_whole_entry_keyed_ahead_is_understood(phone: Phone, open_counter: Build) -> None:
    counter = open_counter()
    counter.start_engine()
    call = phone.call(counter.number, Wait(300), Keys("112345678901"), AwaitEnd(15_000))
    assert call.completed
    assert call.ended_by == "other side"
    assert "keys='12345678901', ended_by='max'" in counter.events
    assert place(call.heard, counter.sounds["goodbye"]).score > 0.85


@pytest.mark.parametrize(("keys", "expected"), [("12*345#", "keys='345', ended_by='#'"), ("0#", "keys='0', ended_by='#'")])
def test_entries_are_corrected_and_ended(phone: Phone, open_counter: Build, keys: str, expected: str) -> None:
    counter = open_counter()
    counter.start_engine()
    phone.call(counter.number, Wait(300), Keys("1"), Wait(2_000), Keys(keys), AwaitEnd(15_000))
    assert expected in counter.events


def test_the_first_menu_is_interrupted_by_a_key(phone: Phone, open_counter: Build) -> None:
    counter = open_counter()
    counter.start_engine()
    call = phone.call(counter.number, Wait(1_800), Keys("1"), AwaitEnd(20_000))
    identifier = place(call.heard, counter.sounds["identifier"])
    assert identifier.score > 0.85
    assert identifier.at_ms < 2_600
    assert "Noinput" in counter.events


def test_keys_pressed_while_a_handler_runs_are_kept(phone: Phone, open_counter: Build) -> None:
    counter = open_counter()
    counter.start_engine()
    phone.call(counter.number, Wait(300), Keys("3"), Wait(300), Keys("4071"), AwaitEnd(15_000))
    assert "keys='4071'" in counter.events


@pytest.mark.parametrize("after_ms", [300, 1_500, 3_800])
def test_a_hang_up_is_noticed_at_once(phone: Phone, open_counter: Build, after_ms: int) -> None:
    counter = open_counter()
    counter.start_engine()
    phone.call(counter.number, Wait(after_ms), HangUp())
    wait_until(lambda: "Disconnected" in counter.events, 1.0)
    assert "by='caller'" in counter.events


def test_with_no_engine_and_nobody_logged_in_a_message_is_taken(phone: Phone, open_counter: Build) -> None:
    counter = open_counter()
    call = phone.call(counter.number, Wait(7_000), Keys("#"), AwaitEnd(15_000), caller="0199000042")
    assert call.ended_by == "other side"
    first = call.heard.first_sound_ms()
    assert first is not None
    assert first < 1_000
    assert_heard_in_order(call.heard, counter, "trouble-fr", "busy-fr", "leave_message-fr", "thanks-fr")
    (message,) = counter.messages()
    assert (message.caller, message.queue) == ("0199000042", f"q{counter.name}")  # type: ignore[attr-defined]


def test_with_no_engine_at_night_the_closing_hours_are_said_first(phone: Phone, open_counter: Build) -> None:
    counter = open_counter(CLOSED)
    call = phone.call(counter.number, Wait(4_500), Keys("#"), AwaitEnd(15_000))
    assert_heard_in_order(call.heard, counter, "closed-fr", "leave_message-fr", "thanks-fr")
    assert len(counter.messages()) == 1


def test_a_caller_is_handed_to_an_agent_when_there_is_no_engine(phone: Phone, open_counter: Build, asterisk: Asterisk) -> None:
    agent = new_agent(asterisk)
    counter = open_counter(members=(f"PJSIP/agent{agent}",), wait_s=10)
    with at_work(phone, counter, agent, talk_ms=1_000) as callee:
        call = phone.call(counter.number, AwaitEnd(15_000))
        assert callee.went.answered is not None
    assert call.ended_by == "other side"


@pytest.mark.parametrize("after_ms", [400, 1_500, 3_600])
def test_an_engine_that_is_killed_leaves_the_caller_to_the_net_within_a_second(
    phone: Phone, open_counter: Build, after_ms: int
) -> None:
    counter = open_counter()
    engine = counter.start_engine()
    call = phone.dial(counter.number, AwaitEnd(after_ms + 4_000))
    wait_until(lambda: "Arrival" in counter.events)
    threading.Timer(after_ms / 1_000, engine.kill).start()
    heard = call.finish().heard
    trouble = place(heard, counter.sounds["trouble-fr"])
    assert trouble.score > 0.85
    assert trouble.at_ms < after_ms + 1_000 + SPARE_MS


def test_an_engine_that_hangs_loses_the_caller_to_the_net_within_eight_seconds(phone: Phone, open_counter: Build) -> None:
    counter = open_counter()
    engine = counter.start_engine()
    call = phone.dial(counter.number, AwaitEnd(20_000))
    wait_until(lambda: "Arrival" in counter.events)
    engine.send_signal(signal.SIGSTOP)
    heard = call.finish().heard
    trouble = place(heard, counter.sounds["trouble-fr"])
    assert trouble.score > 0.85
    silence_began = PROMPTS["welcome"]
    assert trouble.at_ms < silence_began + 8_000


def test_one_call_whose_thread_hangs_is_taken_over_by_the_net(phone: Phone, open_counter: Build) -> None:
    counter = open_counter()
    counter.start_engine()
    call = phone.call(counter.number, Wait(300), Keys("5"), AwaitEnd(14_000))
    trouble = place(call.heard, counter.sounds["trouble-fr"])
    assert trouble.score > 0.85
    assert trouble.at_ms < 600 + 10_000


def test_a_transfer_that_nobody_takes_comes_back_to_the_conversation(phone: Phone, open_counter: Build) -> None:
    counter = open_counter()
    counter.start_engine()
    call = phone.call(counter.number, Wait(300), Keys("2"), Wait(4_000), Keys("112345678901"), AwaitEnd(15_000))
    assert "Transferred" in counter.events
    assert "NOANSWER" in counter.events
    assert "keys='12345678901'" in counter.events
    assert call.ended_by == "other side"


def test_a_transfer_at_night_comes_back_closed(phone: Phone, open_counter: Build) -> None:
    counter = open_counter(CLOSED)
    counter.start_engine()
    phone.call(counter.number, Wait(300), Keys("2"), Wait(2_000), HangUp())
    assert "CLOSED" in counter.events


def test_the_engine_learns_that_an_agent_answered(phone: Phone, open_counter: Build, asterisk: Asterisk) -> None:
    agent = new_agent(asterisk)
    counter = open_counter(members=(f"PJSIP/agent{agent}",), wait_s=10)
    counter.start_engine()
    with at_work(phone, counter, agent, ring_ms=500, talk_ms=1_000):
        phone.call(counter.number, Wait(300), Keys("2"), AwaitEnd(15_000))
    wait_until(lambda: "ANSWERED" in counter.events, 2.0)


def test_a_caller_who_gives_up_in_the_queue_is_known_to_have_gone(phone: Phone, open_counter: Build, asterisk: Asterisk) -> None:
    agent = new_agent(asterisk)
    counter = open_counter(members=(f"PJSIP/agent{agent}",), wait_s=30)
    counter.start_engine()
    with at_work(phone, counter, agent, ring_ms=30_000):
        phone.call(counter.number, Wait(300), Keys("2"), Wait(1_500), HangUp())
        wait_until(lambda: "Disconnected" in counter.events, 2.0)


def test_a_missing_prompt_is_replaced_within_a_second(phone: Phone, open_counter: Build) -> None:
    counter = open_counter()
    (counter.folder / "welcome.wav").unlink()
    counter.start_engine()
    call = phone.call(counter.number, Wait(4_000), Keys("112345678901"), AwaitEnd(15_000))
    trouble = place(call.heard, counter.sounds["trouble-fr"])
    assert trouble.score > 0.9
    assert trouble.at_ms < 1_000 + SPARE_MS
    assert "keys='12345678901'" in counter.events


def test_a_message_is_recorded(phone: Phone, open_counter: Build) -> None:
    counter = open_counter()
    (counter.folder / "recordings").mkdir()
    counter.start_engine()
    phone.call(counter.number, Wait(300), Keys("4"), Wait(3_500), Keys("#"), AwaitEnd(8_000))
    assert "Recorded" in counter.events
    assert len(list((counter.folder / "recordings").glob("*.wav"))) == 1


def test_hours_open_and_close_to_the_minute(open_counter: Build, asterisk: Asterisk) -> None:
    office = Hours(((0, dt.time(8, 30), dt.time(16, 30)),), {dt.date(2026, 11, 30): ((dt.time(8, 30), dt.time(12)),)})
    counter = open_counter(office)
    paris = dt.timezone(dt.timedelta(hours=1))
    cases = {
        dt.datetime(2026, 11, 23, 8, 29, 59, tzinfo=paris): "closed",
        dt.datetime(2026, 11, 23, 8, 30, tzinfo=paris): "open",
        dt.datetime(2026, 11, 23, 16, 29, 59, tzinfo=paris): "open",
        dt.datetime(2026, 11, 23, 16, 30, tzinfo=paris): "closed",
        dt.datetime(2026, 11, 24, 10, 0, tzinfo=paris): "closed",
        dt.datetime(2026, 11, 30, 11, 59, tzinfo=paris): "open",
        dt.datetime(2026, 11, 30, 12, 0, tzinfo=paris): "closed",
    }
    probe = f"{counter.name}-probe"
    asterisk.extend(
        f"extensions.d/{probe}.conf",
        f"[{probe}]\nexten => s,1,Gosub({counter.name}-hours,q{counter.name},1)\n"
        f" same => n,Set(DB({probe}/x)=${{GOSUB_RETVAL}})\n",
    )
    found = {}
    for moment in cases:
        asterisk.rx(f"dialplan set global {counter.name}_clock {int(moment.timestamp())}")
        asterisk.rx(f"database put {probe} x none")
        asterisk.rx(f"channel originate Local/s@{probe} application Wait 1")
        wait_until(lambda: "none" not in asterisk.rx(f"database get {probe} x"))
        found[moment] = asterisk.rx(f"database get {probe} x").split()[-1]
    assert found == cases
