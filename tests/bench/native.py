"""What a call costs in CPU through Guichet, against the same small menu written as dialplan, on the lab's Asterisk.

Rule: both get the same calls at the same rate, in turns within one run, so that a busy machine weighs on both; the CPU seconds
are those of Asterisk and of the engine, as /proc counts them. The engine's road is whole (AGI, channel, engine, turn), without
records.

`python -m tests.bench.native` prints what was found; without a lab it says why there is none.
"""

import contextlib
import subprocess
import sys
import tempfile
import time
import wave
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from config.lab.accounts import open_line
from config.lab.asterisk import Asterisk, start
from config.lab.ports import free_ports
from config.lab.tree import LabUnavailable
from telephony.dialplan.render import render
from telephony.dialplan.settings import SENTENCES, Account, AsteriskSettings, NumberPlan, QueuePlan
from tests.bench.fastagi import cpu_s
from tests.bench.menu_engine import LENGTHS_MS
from tests.lab.actions import AwaitEnd, Keys, Wait
from tests.lab.sipp import Phone

ROUNDS = 2
CALLS = 60
PER_SECOND = 15.0
PRESSED_AFTER_MS = 1_800
NATIVE, OURS = "7001", "3949"


@dataclass(slots=True)
class Cost:
    """CPU seconds and calls that ended as they should, added up."""

    asterisk: float = 0.0
    engine: float = 0.0
    calls: int = 0

    @property
    def ms_a_call(self) -> float:
        return (self.asterisk + self.engine) * 1_000 / max(1, self.calls)


def run() -> dict[str, float | str]:
    """Milliseconds of CPU a call, native and through Guichet, and their ratio."""
    with tempfile.TemporaryDirectory(prefix="guichet-bench-") as name, contextlib.ExitStack() as stack:
        folder = Path(name)
        port = free_ports(1)[0]
        _write_prompts(folder)
        try:
            asterisk = stack.enter_context(_asterisk(folder, port))
        except LabUnavailable as why:
            return {"native": f"not measured: {why}"}
        engine = stack.enter_context(_engine(folder, port))
        native, ours = Cost(), Cost()
        phone = Phone(asterisk, folder / "calls")
        for number, cost in ((NATIVE, native), (OURS, ours), (OURS, ours), (NATIVE, native)) * (ROUNDS // 2):
            _load(phone, number, cost, engine)
    return {
        "native_cpu_ms_a_call": round(native.ms_a_call, 2),
        "guichet_cpu_ms_a_call": round(ours.ms_a_call, 2),
        "guichet_cpu_ms_a_call_in_asterisk": round(ours.asterisk * 1_000 / max(1, ours.calls), 2),
        "guichet_cpu_ms_a_call_in_the_engine": round(ours.engine * 1_000 / max(1, ours.calls), 2),
        "guichet_to_native": round(ours.ms_a_call / native.ms_a_call, 2),
        "calls_that_failed": 2 * ROUNDS * CALLS - native.calls - ours.calls,
    }


def _load(phone: Phone, number: str, cost: Cost, engine: int) -> None:
    pid = phone.asterisk.process.pid
    before = cpu_s(pid), cpu_s(engine)
    actions = (Wait(PRESSED_AFTER_MS), Keys("1"), AwaitEnd(8_000))
    cost.calls += phone.load(number, *actions, calls=CALLS, per_second=PER_SECOND, limit_s=30).completed
    cost.asterisk += cpu_s(pid) - before[0]
    cost.engine += cpu_s(engine) - before[1]


@contextlib.contextmanager
def _asterisk(folder: Path, port: int) -> Iterator[Asterisk]:
    """One that knows the menu as dialplan, and Guichet's own files."""
    context = AsteriskSettings(
        numbers=(NumberPlan(OURS, "bench"),),
        queues=(QueuePlan("bench"),),
        prompts=str(folder),
        callbacks=str(folder),
        manager=Account("bench", "essai-essai"),
        context="lab",
        languages=("fr",),
        engines=(f"127.0.0.1:{port}",),
    )
    files = {
        "pjsip.d/callers.conf": open_line("caller", "lab"),
        "extensions.d/guichet.conf": render(context)["extensions.conf"],
        "extensions.d/native.conf": f"""[lab](+)
exten => {NATIVE},1,Answer()
 same => n(ask),Read(KEY,{folder}/menu,1,,1,5)
 same => n,GotoIf($["${{KEY}}"="1"]?payment)
 same => n,GotoIf($["${{KEY}}"="2"]?end)
 same => n,Goto(ask)
 same => n(payment),Playback({folder}/answer&{folder}/goodbye)
 same => n(end),Hangup()
""",
    }
    asterisk = start(folder / "asterisk", files, shared=[folder])
    try:
        yield asterisk
    finally:
        asterisk.stop()


def _write_prompts(folder: Path) -> None:
    for name, ms in (*LENGTHS_MS.items(), *((f"{sentence}-fr", 900) for sentence in SENTENCES)):
        with wave.open(str(folder / f"{name}.wav"), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(8_000)
            file.writeframes(b"\x10\x00" * 8 * ms)


@contextlib.contextmanager
def _engine(folder: Path, port: int) -> Iterator[int]:
    """The number of its process, once it listens."""
    line = [sys.executable, "-m", "tests.bench.menu_engine", str(port), str(folder)]
    engine = subprocess.Popen(line, stdout=subprocess.PIPE, text=True)
    try:
        assert engine.stdout is not None
        engine.stdout.readline()
        yield engine.pid
    finally:
        engine.kill()
        engine.wait()


if __name__ == "__main__":
    began = time.monotonic()
    for what, value in run().items():
        print(f"{what}: {value}")
    print(f"took {time.monotonic() - began:.0f} s")
