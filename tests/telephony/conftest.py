"""A FastAGI server of ours with a scripted Asterisk before it, and prompts whose file names are their words."""

import queue
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from ivr.engine.prompts import Prompt, Text
from ivr.ports.synthesizer import Audio, SynthesisError
from telephony.agi import SocketAgi
from telephony.arrivals import Arrival
from telephony.channel import AgiChannel, Exchange
from telephony.fastagi import FastAgiServer, FastAgiSettings
from telephony.returns import Returns
from telephony.studio import SoundSettings, Studio
from telephony.transferring import TransferSettings
from tests.telephony.fake_asterisk import FakeCall, VirtualClock

PROMPT_MS = 2_000


def prompt(words: str) -> Prompt:
    return Prompt((Text(words),), "fr")


SILENT = Prompt((), "fr")


class Voice:
    """Makes an empty file for a prompt; `unmade` prompts are made on demand, `broken` ones never."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.unmade: set[str] = set()
        self.broken: set[str] = set()

    def path(self, prompt: Prompt) -> Path:
        return self.folder / f"{prompt.parts[0].text}.wav"  # type: ignore[union-attr]

    def ready(self, prompt: Prompt) -> Audio | None:
        words = self.path(prompt).stem
        return None if words in self.unmade | self.broken else Audio(self.path(prompt), PROMPT_MS)

    def audio(self, prompt: Prompt, timeout_ms: int) -> Audio:
        if self.path(prompt).stem in self.broken:
            raise SynthesisError("no voice")
        self.path(prompt).write_bytes(b"")
        return Audio(self.path(prompt), PROMPT_MS)


class Sounds(dict[str, int]):
    """What Asterisk finds under /sounds: the files that exist in our folder, each of the usual length."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.folder = folder
        self.unreadable: set[str] = set()

    def get(self, name: str, default: int | None = None) -> int | None:  # type: ignore[override]
        words = name.removeprefix("/sounds/")
        found = (self.folder / f"{words}.wav").exists() and words not in self.unreadable
        return PROMPT_MS if found else default


@dataclass
class Desk:
    """Runs a piece of conversation on a channel for each call; `answers` are what it returned."""

    server: FastAgiServer
    clock: VirtualClock
    voice: Voice
    sounds: Sounds
    work: list[Callable[[AgiChannel], object]] = field(default_factory=list)
    answers: "queue.Queue[object]" = field(default_factory=queue.Queue)
    arrivals: list[Arrival] = field(default_factory=list)

    def call(self, work: Callable[[AgiChannel], object], **script: object) -> tuple[object, FakeCall]:
        """What the conversation returned, and the call after it."""
        call = self.ring(work, **script)
        return self.answer(), call.ended()

    def ring(self, work: Callable[[AgiChannel], object], **script: object) -> FakeCall:
        self.work.append(work)
        return FakeCall(self.server.port, self.clock, sounds=self.sounds, **script)  # type: ignore[arg-type]

    def answer(self) -> object:
        answer = self.answers.get(timeout=10)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def make(self, *words: str) -> None:
        for each in words:
            (self.sounds.folder / f"{each}.wav").write_bytes(b"")


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    clock, voice, returns = VirtualClock(), Voice(tmp_path), Returns()
    (tmp_path / "trouble.wav").write_bytes(b"")
    with ThreadPoolExecutor(2) as workers:
        studio = Studio(voice, SoundSettings(tmp_path, "/sounds", {"fr": tmp_path / "trouble.wav"}), workers)

        def answer(arrival: Arrival, agi: SocketAgi) -> None:
            exchange = Exchange(studio, clock, returns, TransferSettings(server.return_address, 10_000))
            channel = AgiChannel(arrival.call_id, agi, exchange)
            it.arrivals.append(arrival)
            try:
                it.answers.put(it.work.pop(0)(channel))
            except Exception as error:
                it.answers.put(error)
            channel.close()

        server = FastAgiServer(FastAgiSettings(port=0), answer, returns)
        it = Desk(server, clock, voice, Sounds(tmp_path))
        server.start()
        yield it
        server.drain(0)
