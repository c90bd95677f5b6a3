"""Calls on a real Asterisk through the net that we write: with an engine, without one, and when it dies or hangs."""

import datetime as dt
import re
import secrets
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from config.lab.accounts import fixed_phone
from config.lab.asterisk import PROMPTLY, Asterisk
from config.lab.ports import free_ports
from ivr.engine.flow import Hours
from telephony.callbacks import waiting
from telephony.dialplan.render import render
from telephony.dialplan.settings import SENTENCES, Account, AsteriskSettings, NumberPlan, QueuePlan
from tests.lab.actions import AwaitEnd, HangUp, Keys, Wait
from tests.lab.ear import Found, Heard
from tests.lab.g711 import Samples
from tests.lab.sipp import Callee, Phone
from tests.lab.test_harness import write_wav

pytestmark = pytest.mark.lab

PROMPTS = {"welcome": 600, "menu": 2_500, "identifier": 1_200, "goodbye": 500, "filler": 700}
CLOSED = Hours(weekly=())
SPARE_MS = 500  # for a machine that runs other tests beside


def melody(name: str, ms: int) -> Samples:
    """A sound of its own for each name: a chirp between two notes drawn from it."""
    import numpy as np

    draw = np.random.default_rng(sum(ord(letter) * 31**n for n, letter in enumerate(name)) % 2**32)
    notes = draw.uniform(300, 1_500, size=max(1, ms // 50))
    phase = 2 * np.pi * np.cumsum(np.repeat(notes, 400)[: 8 * ms]) / 8_000
    return (8_000 * np.sin(phase)).astype(np.int16)


@dataclass
class Counter:
    """A number with its own contexts, queue, prompts and engine on the shared Asterisk."""

    asterisk: Asterisk
    folder: Path
    number: str
    name: str
    port: int
    sounds: dict[str, Samples]
    settings: AsteriskSettings
    engines: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start_engine(self) -> subprocess.Popen[bytes]:
        engine = subprocess.Popen([*PROMPTLY, sys.executable, "-m", "tests.lab.lone_engine", str(self.port), str(self.folder)])
        self.engines.append(engine)
        wait_until((self.folder / "ready").exists)
        return engine

    @property
    def events(self) -> str:
        log = self.folder / "events.log"
        return log.read_text(encoding="utf-8") if log.exists() else ""

    def messages(self) -> list[object]:
        return list(waiting(self.folder / "callbacks"))


@pytest.fixture
def open_counter(phone: Phone, dialplan: Callable[[str], str], asterisk: Asterisk) -> Iterator[Callable[..., Counter]]:
    opened: list[Counter] = []

    def build(hours: Hours | None = None, members: tuple[str, ...] = (), wait_s: int = 3, desk: str = "") -> Counter:
        name, folder = f"n{secrets.token_hex(3)}", phone.folder
        (folder / "callbacks").mkdir(parents=True)
        lengths = {**PROMPTS, **{f"{sentence}-fr": 900 for sentence in SENTENCES}}
        sounds = {each: melody(each, ms) for each, ms in lengths.items()}
        for each, samples in sounds.items():
            write_wav(folder / f"{each}.wav", samples)
        (folder / "queue").write_text(f"q{name}", encoding="utf-8")
        port = free_ports(1)[0]
        settings = AsteriskSettings(
            numbers=(NumberPlan("3949", f"q{name}"),),
            queues=(QueuePlan(f"q{name}", hours, members, wait_s=wait_s, ring_s=2),),
            extensions={"desk": desk} if desk else {},
            prompts=str(folder),
            callbacks=str(folder / "callbacks"),
            manager=Account(f"m{name}", "essai-essai"),
            context=name,
            languages=("fr",),
            engines=(f"127.0.0.1:{port}",),
            message_s=10,
        )
        files = render(settings)
        asterisk.extend(f"extensions.d/{name}.conf", files["extensions.conf"])
        asterisk.extend(f"queues.d/{name}.conf", re.sub(r"\[general\][^\[]*", "", files["queues.conf"]))
        counter = Counter(asterisk, folder, dialplan(f"Goto({name},3949,1)"), name, port, sounds, settings)
        opened.append(counter)
        return counter

    yield build
    for counter in opened:
        for engine in counter.engines:
            engine.send_signal(signal.SIGCONT)
            engine.kill()
            engine.wait()
        for kind in ("extensions.d", "queues.d", "manager.d"):
            (asterisk.folder / "etc" / kind / f"{counter.name}.conf").unlink(missing_ok=True)


Build = Callable[..., Counter]


def new_agent(asterisk: Asterisk) -> int:
    """The port of a phone that Asterisk knows as `PJSIP/agentPORT`."""
    port = free_ports(1, step=4)[0]
    asterisk.extend(f"pjsip.d/agent{port}.conf", fixed_phone(f"agent{port}", port, "lab"))
    return port


@contextmanager
def at_work(phone: Phone, counter: Counter, port: int, *, ring_ms: int = 0, talk_ms: int = 60_000) -> Iterator[Callee]:
    """An agent's phone, from the moment on that it listens and the queue takes it for free."""
    with phone.callee(port, ring_ms=ring_ms, talk_ms=talk_ms) as callee:
        wait_until(lambda: is_taken(port))
        wait_until(lambda: "(Not in use)" in counter.asterisk.rx(f"queue show q{counter.name}"))
        yield callee


def is_taken(port: int) -> bool:
    """As the kernel tells; binding it to see would keep others from it."""
    return f":{port:04X} " in Path("/proc/net/udp").read_text(encoding="ascii")


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


def assert_heard_in_order(heard: Heard, counter: Counter, *names: str) -> None:
    places = [place(heard, counter.sounds[name]) for name in names]
    assert [name for name, found in zip(names, places, strict=True) if found.score < 0.85] == []
    assert [found.at_ms for found in places] == sorted(found.at_ms for found in places)


def place(heard: Heard, sound: Samples) -> Found:
    """Where a sound was heard, by that 200 ms piece of it which is the clearest: a busy machine stutters."""
    pieces = [(start, heard.find(sound[start : start + 1_600])) for start in range(0, len(sound) - 1_600 + 1, 1_600)]
    start, best = max(pieces, key=lambda piece: piece[1].score)
    return Found(max(0, best.at_ms - start // 8), best.score)


def wait_until(condition: Callable[[], object], limit_s: float = 10.0) -> None:
    """Bounded: a test that hangs says so."""
    tick = threading.Event()
    for _ in range(int(limit_s * 100)):
        if condition():
            return
        tick.wait(0.01)
    raise AssertionError(f"did not happen within {limit_s} s")
