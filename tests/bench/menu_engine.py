"""The engine's side of measurements: a menu of two choices, by the whole road from the socket to the flow, without records.

`python -m tests.bench.menu_engine PORT [FOLDER]` prints its port. With a folder the call ends after the answer and plays
FOLDER/menu.wav, answer.wav and goodbye.wav; without one the menu is asked again and again, and the prompts need not exist.
"""

import logging
import sys
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import structlog

from ivr.engine.commands import Invoke
from ivr.engine.events import Heard
from ivr.engine.flow import END, Ask, Flow, Goto, Say, Step
from ivr.engine.prompts import Prompt, Text
from ivr.engine.session import Call, Turn
from ivr.ports.invoker import Outcome
from ivr.ports.synthesizer import Audio
from ivr.runtime.loop import Ports, drive
from ivr.runtime.vault import Vault
from telephony.agi import SocketAgi
from telephony.arrivals import Arrival
from telephony.channel import AgiChannel, Exchange
from telephony.fastagi import FastAgiServer, FastAgiSettings
from telephony.returns import Returns
from telephony.studio import SoundSettings, Studio
from telephony.transferring import TransferSettings
from tests.engine.flows import TEXTS, UNIVERSALS, choice, dialog, words
from tests.lab.lone_engine import WallClock

LENGTHS_MS = {"menu": 2_500, "answer": 1_000, "goodbye": 500}
QUESTION, ANSWER = "Que voulez-vous ?", "Votre prochain paiement est prévu."


class Files:
    """A file for each of the three prompts."""

    def __init__(self, folder: Path) -> None:
        self.audio_of = {name: Audio(folder / f"{name}.wav", ms) for name, ms in LENGTHS_MS.items()}

    def ready(self, prompt: Prompt) -> Audio:
        if len(prompt.parts) > 1:
            return self.audio_of["menu"]
        return self.audio_of["answer" if prompt.parts == (Text(ANSWER),) else "goodbye"]

    def audio(self, prompt: Prompt, timeout_ms: int) -> Audio:
        return self.ready(prompt)


class Nothing:
    """No journal, no speech, no handlers."""

    def append(self, turn: Turn) -> None: ...

    def interpret(self, flow: Flow, command: object, event: Heard) -> Heard:
        return event

    def submit(self, command: Invoke, context: object) -> "Future[Outcome]":
        raise NotImplementedError


def menu(ends: bool) -> Flow:
    ask = Ask("motif", words(QUESTION), 1, choices=(choice("paiement", "1", 1), choice("autre", "2", END)), list_choices=True)
    again: tuple[Step, ...] = () if ends else (Goto("menu"),)
    return Flow(
        version="bench",
        service="bench",
        languages=("fr",),
        entry="menu",
        main_menu="menu",
        hand_over="menu",
        dialogs={"menu": dialog("menu", ask, Say(words(ANSWER), END if ends else 2), *again)},
        universals=UNIVERSALS,
        texts=TEXTS,
    )


def main(port: int, folder: Path | None) -> None:
    structlog.configure(
        processors=[structlog.processors.format_exc_info, structlog.processors.KeyValueRenderer()],
        wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    home = folder or Path("/nonexistent")
    flow, returns, clock, nothing = menu(ends=folder is not None), Returns(), WallClock(), Nothing()
    studio = Studio(Files(home), SoundSettings(home, str(home)), ThreadPoolExecutor(2))
    ports = Ports(nothing, nothing, nothing, clock)

    def answer(arrival: Arrival, agi: SocketAgi) -> None:
        channel = AgiChannel(arrival.call_id, agi, Exchange(studio, clock, returns, TransferSettings(server.return_address)))
        drive(flow, Call(arrival.call_id, arrival.dialled, clock.now()), channel, ports, Vault(arrival.caller))

    server = FastAgiServer(FastAgiSettings(port=port, calls=2_000), answer, returns)
    server.start()
    print(server.port, flush=True)
    threading.Event().wait()


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) > 2 else None)
