"""A process that answers calls with a fixed conversation: what a flow would do, without one. Rule: it stands for the engine
when the net below it is tried, so it can be killed, stopped and left out.

`python -m tests.lab.lone_engine PORT FOLDER`: plays FOLDER/NAME.wav, writes each event to FOLDER/events.log.
"""

import signal
import sys
import threading
import wave
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic

from ivr.engine.commands import BargeIn, Collect, Disconnect, Invoke, KeyEntries, KeyField, Keys, Play, Record, Transfer
from ivr.engine.events import Disconnected, Pressed, Transferred
from ivr.engine.prompts import Prompt, Text
from ivr.ports.synthesizer import Audio, SynthesisError
from telephony.agi import SocketAgi
from telephony.arrivals import Arrival
from telephony.channel import AgiChannel, Exchange
from telephony.fastagi import FastAgiServer, FastAgiSettings
from telephony.returns import Returns
from telephony.studio import SoundSettings, Studio
from telephony.transferring import TransferSettings

MENU = KeyEntries(("1", "2", "3", "4", "5", "6", "7", "9"))
SILENT = Prompt((), "fr")


class WallClock:
    def now(self) -> datetime:
        return datetime.fromtimestamp(datetime.now(UTC).timestamp(), UTC)  # noqa: TID251  # the lab lives in real time

    def monotonic_ms(self) -> int:
        return int(monotonic() * 1_000)


class Folder:
    """Prompts are files; nothing is ever made."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.lengths: dict[Path, int] = {}

    def ready(self, prompt: Prompt) -> Audio:
        path = self.folder / f"{prompt.parts[0].text}.wav"  # type: ignore[union-attr]
        if path not in self.lengths and path.exists():
            with wave.open(str(path)) as file:
                self.lengths[path] = file.getnframes() // 8
        return Audio(path, self.lengths.get(path, 1_000))

    def audio(self, prompt: Prompt, timeout_ms: int) -> Audio:
        raise SynthesisError("there is no voice here")


def prompt(name: str) -> Prompt:
    return Prompt((Text(name),), "fr")


def ask(name: str, keys: Keys, bargein: BargeIn = BargeIn.KEYS) -> Collect:
    return Collect(prompt(name), keys, None, "fr", bargein)


class Conversation:
    def __init__(self, channel: AgiChannel, arrival: Arrival, log: Path) -> None:
        self.channel = channel
        self.arrival = arrival
        self.log = log

    def note(self, event: object) -> object:
        with self.log.open("a", encoding="utf-8") as out:
            out.write(f"{self.arrival.caller or '-'} {event!r}\n")
        return event

    def run(self) -> None:
        self.note(self.arrival)
        for _ in range(3):
            event = self.note(self.channel.collect((Play(prompt("welcome")),), ask("menu", MENU)))
            if isinstance(event, Pressed):
                if not self.choose(event.keys):
                    return
            elif isinstance(event, Disconnected):
                return
        self.note(self.channel.disconnect((Play(prompt("goodbye"), BargeIn.NONE),), Disconnect()))

    def choose(self, key: str) -> bool:
        """True to hear the menu again."""
        match key:
            case "1":
                self.note(self.channel.collect((), ask("identifier", KeyField(11, 11))))
            case "2":
                return self.transfer("queue:" + self.queue)
            case "3":
                self.note(self.hold(2.5))
                self.note(self.channel.collect((), ask("identifier", KeyField(4, 4))))
            case "4":
                self.note(self.channel.record((), Record(prompt("identifier"), "message", max_ms=4_000, silence_ms=2_000)))
            case "6":
                return self.transfer("extension:desk")
            case "7":
                for n in range(200):
                    self.channel.remember("IVR_REASON", f"step-{n}")
                    if isinstance(self.hold(0.02), Disconnected):
                        break
            case "5":
                threading.Event().wait()
        self.note(self.channel.disconnect((Play(prompt("goodbye"), BargeIn.NONE),), Disconnect()))
        return False

    def transfer(self, to: str) -> bool:
        self.channel.remember("IVR_REASON", "asked")
        event = self.note(self.channel.transfer((), Transfer(to, "asked", {}, SILENT)))
        return isinstance(event, Transferred) and event.result.value != "answered"

    def hold(self, seconds: float) -> object:
        """A handler that takes its time."""
        done: Future[object] = Future()
        threading.Timer(seconds, lambda: done.set_result(None)).start()
        return self.channel.hold((), Invoke("slow", {}, 5_000, prompt("filler"), "k"), done)

    @property
    def queue(self) -> str:
        return (self.log.parent / "queue").read_text(encoding="utf-8").strip()


def main(port: int, folder: Path) -> None:
    returns = Returns()
    studio = Studio(Folder(folder), SoundSettings(folder, str(folder), {"fr": folder / "trouble-fr.wav"}), ThreadPoolExecutor(2))
    clock = WallClock()

    def answer(arrival: Arrival, agi: SocketAgi) -> None:
        exchange = Exchange(studio, clock, returns, TransferSettings(server.return_address))
        channel = AgiChannel(arrival.call_id, agi, exchange)
        try:
            Conversation(channel, arrival, folder / "events.log").run()
        finally:
            channel.close()

    server = FastAgiServer(FastAgiSettings(port=port), answer, returns)
    server.start()
    (folder / "ready").write_text(str(server.port), encoding="utf-8")
    signal.sigwait({signal.SIGTERM})
    server.drain(10_000)


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
