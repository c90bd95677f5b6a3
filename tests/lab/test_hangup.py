"""A caller hangs up, whatever Asterisk is just doing for her: the engine knows within a second, and why."""

import pytest

from config.lab.asterisk import Asterisk
from tests.lab.actions import Action, HangUp, Keys, Wait
from tests.lab.counter import Build, at_work, new_agent, wait_until
from tests.lab.sipp import Phone

pytestmark = pytest.mark.lab

SOON_S = 1.0
TO_THE_IDENTIFIER = (Wait(300), Keys("1"))
ROADS: dict[str, tuple[Action, ...]] = {
    "in a prompt": (Wait(1_500),),
    "while a single key is awaited": (Wait(3_800),),
    "between the keys of an entry": (*TO_THE_IDENTIFIER, Keys("123"), Wait(700)),
    "while a key is down": (*TO_THE_IDENTIFIER, Keys("12345", gap_ms=0)),
    "while a handler runs": (Wait(300), Keys("3"), Wait(600)),
    "in the filler of a slow handler": (Wait(300), Keys("3"), Wait(1_500)),
    "between variables that are set one after the other": (Wait(300), Keys("7"), Wait(1_000)),
    "at the moment of a transfer": (Wait(300), Keys("2")),
    "just after a transfer has begun": (Wait(300), Keys("2"), Wait(60)),
}


@pytest.mark.parametrize("road", ROADS)
def test_a_caller_who_hangs_up_is_known_to_be_gone(phone: Phone, open_counter: Build, road: str) -> None:
    counter = open_counter()
    counter.start_engine()
    phone.call(counter.number, *ROADS[road], HangUp())
    wait_until(lambda: "Disconnected" in counter.events, SOON_S)
    assert "by='caller'" in counter.events


@pytest.mark.parametrize("key", ["2", "6"])
def test_a_caller_who_hangs_up_while_an_agents_phone_rings_is_known_to_be_gone(
    phone: Phone, open_counter: Build, asterisk: Asterisk, key: str
) -> None:
    agent = new_agent(asterisk)
    counter = open_counter(members=(f"PJSIP/agent{agent}",), wait_s=30, desk=f"PJSIP/agent{agent}")
    counter.start_engine()
    with at_work(phone, counter, agent, ring_ms=30_000):
        phone.call(counter.number, Wait(300), Keys(key), Wait(1_500), HangUp())
        wait_until(lambda: "Disconnected" in counter.events, SOON_S)


@pytest.mark.parametrize("key", ["2", "6"])
def test_a_caller_who_hangs_up_while_talking_to_an_agent_was_answered(
    phone: Phone, open_counter: Build, asterisk: Asterisk, key: str
) -> None:
    agent = new_agent(asterisk)
    counter = open_counter(members=(f"PJSIP/agent{agent}",), wait_s=30, desk=f"PJSIP/agent{agent}")
    counter.start_engine()
    with at_work(phone, counter, agent):
        phone.call(counter.number, Wait(300), Keys(key), Wait(2_500), HangUp())
        wait_until(lambda: "ANSWERED" in counter.events, SOON_S)


def test_what_was_recorded_before_a_hang_up_is_kept(phone: Phone, open_counter: Build) -> None:
    counter = open_counter()
    (counter.folder / "recordings").mkdir()
    counter.start_engine()
    phone.call(counter.number, Wait(300), Keys("4"), Wait(2_800), HangUp())
    wait_until(lambda: "ended_by='hangup'" in counter.events, SOON_S)
    assert len(list((counter.folder / "recordings").glob("*.wav"))) == 1
