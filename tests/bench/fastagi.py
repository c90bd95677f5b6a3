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
import time
from collections.abc import Iterator
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
        cpu = cpu_s(pid)
        callers.run(seconds)
        cpu = cpu_s(pid) - cpu
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


def cpu_s(pid: int) -> float:
    """What a process has used so far, of its own and in the kernel."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / 100


@contextmanager
def _engine() -> Iterator[tuple[int, int]]:
    engine = subprocess.Popen([sys.executable, "-m", "tests.bench.menu_engine", "0"], stdout=subprocess.PIPE, text=True)
    try:
        assert engine.stdout is not None
        yield int(engine.stdout.readline()), engine.pid
    finally:
        engine.kill()
        engine.wait()


if __name__ == "__main__":
    main(tuple(map(int, sys.argv[1:])) or CALLS)
