"""How long the engine takes from Asterisk's answer to its next command, with many calls at once, and what a call weighs.

Rule: the callers live in a process of their own and answer as Asterisk does; time is measured on their side, their own delay
included. A call is the whole road: socket, AGI, channel, collecting, engine, turn; prompts are files that exist already.

`python -m tests.bench.fastagi [calls ...]` prints a line for each number of calls at once.
"""

import heapq
import random
import selectors
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

CALLS = (1, 100, 500, 1_000)
SECONDS = 8.0
WARM_UP = 3.0
THINK_S = (0.5, 1.5)


@dataclass(frozen=True, slots=True)
class Result:
    """Milliseconds from an answer to the next command: after a key (a turn) and after anything."""

    calls: int
    commands_a_second: float
    turn_p50: float
    turn_p99: float
    any_p50: float
    any_p99: float
    kilobytes_a_call: float
    cpu_ms_a_turn: float

    def line(self) -> str:
        return (
            f"fastagi: {self.calls:5d} calls at once, {self.commands_a_second:6.0f} commands/s; "
            f"answer to next command p50 {self.any_p50:.2f} ms, p99 {self.any_p99:.2f} ms "
            f"(key to next prompt p50 {self.turn_p50:.2f} ms, p99 {self.turn_p99:.2f} ms); "
            f"{self.kilobytes_a_call:.0f} KB a call, {self.cpu_ms_a_turn:.2f} ms of CPU a turn"
        )


@dataclass(slots=True)
class Caller:
    line: socket.socket
    answered_at: float = 0.0
    pressed: bool = False
    buffer: bytes = b""


@dataclass
class Callers:
    """All callers, in one loop. They press 1 half a second to a second and a half into each prompt."""

    port: int
    count: int
    selector: selectors.BaseSelector = field(default_factory=selectors.DefaultSelector)
    due: list[tuple[float, int, Caller]] = field(default_factory=list)
    turns: list[float] = field(default_factory=list)
    others: list[float] = field(default_factory=list)

    def run(self, seconds: float) -> None:
        ends = time.monotonic() + seconds
        while (now := time.monotonic()) < ends:
            while self.due and self.due[0][0] <= now:
                self._press(heapq.heappop(self.due)[2])
            wait = min(ends, self.due[0][0] if self.due else ends) - now
            for key, _ in self.selector.select(max(0.0, wait)):
                self._read(key.data)

    def dial(self) -> None:
        line = socket.create_connection(("127.0.0.1", self.port))
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        number = len(self.selector.get_map())
        line.sendall(
            f"agi_network: yes\nagi_request: agi://127.0.0.1/call?call=b-{number}&dialled=3949\n"
            "agi_callerid: 0199000001\nagi_threadid: 1\n\n".encode()
        )
        self.selector.register(line, selectors.EVENT_READ, Caller(line))

    def hang_up(self) -> None:
        for key in list(self.selector.get_map().values()):
            key.data.line.close()
            self.selector.unregister(key.fileobj)

    def _press(self, caller: Caller) -> None:
        caller.pressed = True
        caller.answered_at = time.monotonic()
        caller.line.sendall(b"200 result=49 endpos=8000\n")

    def _read(self, caller: Caller) -> None:
        data = caller.line.recv(4_096)
        arrived = time.monotonic()
        if not data:
            raise ConnectionError("the engine hung up")
        caller.buffer += data
        if not caller.buffer.endswith(b"\n"):
            return
        command, caller.buffer = caller.buffer, b""
        if caller.answered_at:
            (self.turns if caller.pressed else self.others).append((arrived - caller.answered_at) * 1_000)
        if command.startswith((b"STREAM", b"WAIT", b"GET DATA")):
            caller.answered_at = 0.0
            heapq.heappush(self.due, (arrived + random.uniform(*THINK_S), id(caller), caller))
        else:
            caller.pressed = False
            caller.answered_at = time.monotonic()
            caller.line.sendall(b"200 result=1\n")


def measure(calls: int, seconds: float = SECONDS) -> Result:
    """One number of calls, on a fresh engine."""
    with _engine() as (port, pid):
        callers = Callers(port, calls)
        callers.dial()
        callers.run(1.0)
        before = _resident_kb(pid)
        for n in range(1, calls):
            callers.dial()
            if n % 50 == 0:
                callers.run(0.1)
        callers.run(WARM_UP)
        callers.turns.clear()
        callers.others.clear()
        cpu = _cpu_s(pid)
        callers.run(seconds)
        cpu = _cpu_s(pid) - cpu
        weight = (_resident_kb(pid) - before) / max(1, calls - 1)
        callers.hang_up()
    every = sorted(callers.turns + callers.others)
    turns = sorted(callers.turns)
    return Result(
        calls,
        len(every) / seconds,
        _share(turns, 0.5),
        _share(turns, 0.99),
        _share(every, 0.5),
        _share(every, 0.99),
        weight if calls > 1 else 0.0,
        cpu * 1_000 / max(1, len(turns)),
    )


def main(calls: tuple[int, ...] = CALLS) -> list[Result]:
    results = []
    for each in calls:
        results.append(measure(each))
        print(results[-1].line(), flush=True)
    return results


def _share(values: list[float], share: float) -> float:
    return values[min(len(values) - 1, int(len(values) * share))] if values else 0.0


def _resident_kb(pid: int) -> int:
    return int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1]) * 4


def _cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / 100


@contextmanager
def _engine() -> Iterator[tuple[int, int]]:
    engine = subprocess.Popen([sys.executable, "-m", "tests.bench.fastagi", "serve"], stdout=subprocess.PIPE, text=True)
    try:
        assert engine.stdout is not None
        yield int(engine.stdout.readline()), engine.pid
    finally:
        engine.kill()
        engine.wait()


def serve() -> None:
    """The engine's side: a menu that is asked again and again."""
    import logging

    import structlog

    from ivr.engine.commands import Invoke
    from ivr.engine.events import Heard
    from ivr.engine.flow import END, Ask, Flow, Goto, Say
    from ivr.engine.prompts import Prompt
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

    structlog.configure(
        processors=[structlog.processors.format_exc_info, structlog.processors.KeyValueRenderer()],
        wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )

    class Files:
        def ready(self, prompt: Prompt) -> Audio:
            return Audio(folder / f"{hash(repr(prompt.parts)) & 0xFFFF}.wav", 2_000)

        def audio(self, prompt: Prompt, timeout_ms: int) -> Audio:
            return self.ready(prompt)

    class Nothing:
        def append(self, turn: Turn) -> None: ...

        def interpret(self, flow: Flow, command: object, event: Heard) -> Heard:
            return event

        def submit(self, command: Invoke, context: object) -> "Future[Outcome]":
            raise NotImplementedError

    menu = Ask(
        "motif", words("Que voulez-vous ?"), 1, choices=(choice("paiement", "1", 1), choice("autre", "2", END)), list_choices=True
    )
    flow = Flow(
        version="bench",
        service="bench",
        languages=("fr",),
        entry="menu",
        main_menu="menu",
        hand_over="menu",
        dialogs={"menu": dialog("menu", menu, Say(words("Votre prochain paiement est prévu."), 2), Goto("menu"))},
        universals=UNIVERSALS,
        texts=TEXTS,
    )
    folder, returns, clock = Path(tempfile.gettempdir()), Returns(), WallClock()
    studio = Studio(Files(), SoundSettings(folder, "/sounds"), ThreadPoolExecutor(2))
    ports = Ports(Nothing(), Nothing(), Nothing(), clock)

    def answer(arrival: Arrival, agi: SocketAgi) -> None:
        channel = AgiChannel(arrival.call_id, agi, Exchange(studio, clock, returns, TransferSettings(server.return_address)))
        drive(flow, Call(arrival.call_id, arrival.dialled, clock.now()), channel, ports, Vault(arrival.caller))

    server = FastAgiServer(FastAgiSettings(port=0, calls=2_000), answer, returns)
    server.start()
    print(server.port, flush=True)
    while True:
        time.sleep(3_600)


if __name__ == "__main__":
    if sys.argv[1:] == ["serve"]:
        serve()
    else:
        main(tuple(map(int, sys.argv[1:])) or CALLS)
