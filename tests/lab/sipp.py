"""Telephones of the lab, played by SIPp: callers, callees, softphones that register. Rule: one process a call, free ports on
the loopback address, a time limit on everything, and the whole exchange kept for whoever reads a failure."""

import shutil
import subprocess
import time
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import TypedDict, Unpack

import numpy as np

from config.lab.asterisk import PROMPTLY, Asterisk
from config.lab.ports import free_ports
from tests.lab import scenario
from tests.lab.actions import Action
from tests.lab.ear import Ear, Heard
from tests.lab.load import Load, read_load
from tests.lab.messages import Course, Message, course, read_messages

_SPARE_S = 10


@dataclass(frozen=True)
class Call:
    """One finished call, as the caller saw it. Times are from the answer on unless named otherwise."""

    status: int
    went: Course
    heard: Heard
    folder: Path

    @property
    def completed(self) -> bool:
        """It was answered, and ended as a call should."""
        return self.status == 0 and self.went.answered is not None

    @property
    def ended_by(self) -> str:
        """'caller', 'other side', 'refused' or 'nobody'."""
        return self.went.ended_by

    @property
    def ring_ms(self) -> int | None:
        """From dialling to the answer."""
        return _between(self.went.dialled, self.went.answered)

    @property
    def duration_ms(self) -> int | None:
        """From the answer to the first BYE."""
        return _between(self.went.answered, self.went.ended)


def _between(start: float | None, end: float | None) -> int | None:
    return None if start is None or end is None else round((end - start) * 1000)


@dataclass
class Sipp:
    """One SIPp process, in a folder of its own that holds its scenario and its logs."""

    folder: Path
    process: subprocess.Popen[bytes]

    @property
    def messages(self) -> list[Message]:
        """What was said so far."""
        return read_messages(self.folder / "messages.log")

    def finish(self, timeout_s: float) -> int:
        """Its exit status; it is killed when it takes longer."""
        try:
            return self.process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.wait()


def launch(folder: Path, text: str, remote: str, limit_s: int, *more: str, port: int | None = None) -> Sipp:
    """Starts SIPp on a scenario, in a folder that exists."""
    (folder / "scenario.xml").write_text(text, encoding="utf-8")
    sip, control, media = free_ports(3, step=4)
    line = [
        *PROMPTLY,
        shutil.which("sipp") or "sipp",
        remote,
        "-sf",
        "scenario.xml",
        "-nostdin",
        "-i",
        "127.0.0.1",
        "-mi",
        "127.0.0.1",
    ]
    line += [] if "-m" in more else ["-m", "1", "-trace_msg", "-message_file", "messages.log"]
    line += ["-p", str(port or sip), "-cp", str(control), "-mp", str(media), "-timeout", f"{limit_s}s", "-timeout_error"]
    line += ["-trace_err", "-error_file", "errors.log", *more]
    with (folder / "console.log").open("wb") as console:
        process = subprocess.Popen(line, cwd=folder, stdin=subprocess.DEVNULL, stdout=console, stderr=console)
    return Sipp(folder, process)


@dataclass
class CallUnderWay:
    """A call that goes on; ``finish`` waits for its end."""

    sipp: Sipp
    limit_s: int
    ear: Ear | None

    def finish(self) -> Call:
        """Waits for the end of the call."""
        status = self.sipp.finish(self.limit_s + _SPARE_S)
        went = course(self.sipp.messages)
        if self.ear is None:
            return Call(status, went, Heard(np.zeros(0, dtype=np.int16)), self.sipp.folder)
        self.ear.close()
        heard = self.ear.heard(went.answered or went.dialled or 0.0)
        heard.save(self.sipp.folder / "heard.wav")
        return Call(status, went, heard, self.sipp.folder)


@dataclass
class Callee:
    """A phone that waits for one call; leaving the ``with`` puts it away."""

    sipp: Sipp

    @property
    def went(self) -> Course:
        """How its call went so far."""
        return course(self.sipp.messages)

    def __enter__(self) -> "Callee":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.sipp.process.kill()
        self.sipp.process.wait()


class Options(TypedDict, total=False):
    """What else a caller may be told."""

    caller: str  # the user part of From
    display: str  # the raw text between the quotes of the display name
    account: tuple[str, str]  # a softphone's name and password, in place of ``caller``
    answer_within_ms: int
    limit_s: int
    mute: bool  # sends no silence while waiting; Asterisk's Answer then waits half a second for sound
    listen: bool  # off for load: costs a thread and a socket


@dataclass
class Phone:
    """Callers and callees of one Asterisk, side by side; what they said is kept below ``folder``."""

    asterisk: Asterisk
    folder: Path
    _numbers: "count[int]" = field(default_factory=count)

    def call(self, number: str, *actions: Action, **options: Unpack[Options]) -> Call:
        """Calls and waits for the end."""
        return self.dial(number, *actions, **options).finish()

    def dial(self, number: str, *actions: Action, **options: Unpack[Options]) -> CallUnderWay:
        """Starts a call."""
        account, display, limit_s = options.get("account"), options.get("display"), options.get("limit_s", 120)
        sender = f"<sip:{account[0] if account else options.get('caller', '0199000001')}@[local_ip]:[local_port]>"
        sender = sender if display is None else f'"{display}" {sender}'
        ear = Ear(free_ports(1, step=4)[0]) if options.get("listen", True) else None
        folder = self._new_folder(f"call-{number}")
        audio = str(ear.port) if ear else "[media_port]"
        patience = options.get("answer_within_ms", 10_000)
        text = scenario.caller_scenario(
            number, sender, actions, folder, audio, patience, account is not None, options.get("mute", False)
        )
        more = ["-s", number, *(["-au", account[0], "-ap", account[1]] if account else [])]
        return CallUnderWay(launch(folder, text, self._remote, limit_s, *more), limit_s, ear)

    def load(self, number: str, *actions: Action, calls: int, per_second: float, limit_s: int = 600) -> Load:
        """Many equal calls by one SIPp, at a steady rate; callers are mute and listen to nothing. Waits for the end."""
        folder = self._new_folder(f"load-{number}")
        sender = "<sip:0199[call_number]@[local_ip]:[local_port]>"
        text = scenario.caller_scenario(number, sender, actions, folder, "[media_port]", 10_000, signed=False, mute=True)
        more = ["-s", number, "-m", str(calls), "-r", str(max(round(per_second * 10), 1)), "-rp", "10000", "-l", str(calls)]
        began = time.monotonic()
        sipp = launch(folder, text, self._remote, limit_s, *more, "-trace_stat", "-stf", "statistics.csv")
        sipp.finish(limit_s + _SPARE_S)
        return read_load(folder / "statistics.csv", time.monotonic() - began)

    def callee(
        self, port: int, *, ring_ms: int = 0, refuse_with: str | None = None, talk_ms: int = 60_000, limit_s: int = 120
    ) -> "Callee":
        """A phone at ``port`` (``accounts.fixed_phone`` makes it known to Asterisk); use it in a ``with``."""
        folder = self._new_folder(f"callee-{port}")
        text = scenario.callee_scenario("[media_port]", ring_ms, refuse_with, talk_ms)
        return Callee(launch(folder, text, self._remote, limit_s, port=port))

    def register(self, name: str, password: str) -> int:
        """Registers a softphone; SIPp's exit status, 0 when the account was accepted."""
        folder = self._new_folder(f"register-{name}")
        more = ["-s", name, "-au", name, "-ap", password]
        return launch(folder, scenario.register_scenario(name), self._remote, 10, *more).finish(20)

    def _new_folder(self, name: str) -> Path:
        folder = self.folder / f"{next(self._numbers):03d}-{name}"
        folder.mkdir(parents=True)
        return folder

    @property
    def _remote(self) -> str:
        return f"127.0.0.1:{self.asterisk.ports.sip}"
