"""A number with a net, a queue and an engine of its own on the run's Asterisk, and what tests ask of it."""

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
from tests.lab.ear import Found, Heard
from tests.lab.g711 import Samples
from tests.lab.sipp import Callee, Phone
from tests.lab.test_harness import write_wav

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
