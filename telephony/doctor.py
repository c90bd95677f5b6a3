"""Whether a deployment works, from end to end, and how to mend what does not: the telephony part of `ivr doctor`.

Rule: every finding says what was seen and, when it is bad, the one thing to do next. What Asterisk can do is asked of Asterisk
itself, by a call that its own dialplan makes.
"""

import contextlib
import queue
import re
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from telephony.ami import Ami, AmiError, AmiEvent, AmiSettings
from telephony.watch import ping

FLOORS = {20: (20, 20, 1), 22: (22, 10, 1), 23: (23, 4, 1)}
SKEW_S = 2.0
TRIES = 2


@dataclass(frozen=True, slots=True)
class Finding:
    """One check: what was seen and, unless it is well, the remedy."""

    name: str
    ok: bool
    what: str
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class DoctorSettings:
    ami: AmiSettings
    queues: tuple[str, ...] = ()
    agi_host: str = "127.0.0.1"
    agi_port: int = 4573
    context: str = "guichet"
    patience_ms: int = 20_000


def examine(settings: DoctorSettings, now: Callable[[], float] = time.time) -> list[Finding]:
    """All findings, in the order in which they should be mended."""
    findings = [engine(settings)]
    ami = Ami(settings.ami)
    ami.start()
    try:
        if not ami.wait_connected(settings.ami.timeout_ms + 1_000):
            return [*findings, _no_manager(settings.ami)]
        findings.append(Finding("manager", True, f"logged in to Asterisk as {settings.ami.user}"))
        findings += _asked(ami, settings, now)
    finally:
        ami.stop()
    return findings


def engine(settings: DoctorSettings) -> Finding:
    """Whether the engine answers on this machine."""
    took_ms = ping(settings.agi_host, settings.agi_port)
    where = f"{settings.agi_host}:{settings.agi_port}"
    if took_ms is None:
        return Finding("engine", False, f"nothing answers at {where}", "start it with 'ivr serve', then read its log")
    return Finding("engine", True, f"answers at {where} within {took_ms} ms")


def version(found: str) -> Finding:
    """Whether Asterisk is one that Guichet is made for."""
    numbers = re.match(r"(?:Asterisk )?(\d+)\.(\d+)\.(\d+)", found)
    if numbers is None:
        return Finding("version", False, f"Asterisk calls itself {found!r}", "use a released Asterisk 22.10.1 or later")
    release = tuple(map(int, numbers.groups()))
    floor = FLOORS.get(release[0], FLOORS[22] if release[0] < 22 else release)
    text = ".".join(map(str, release))
    if release >= floor and release[0] != 21:
        return Finding("version", True, f"Asterisk {text}")
    wanted = ".".join(map(str, floor))
    return Finding("version", False, f"Asterisk {text} has known holes", f"upgrade Asterisk to {wanted} or later")


def clock(theirs: float, ours: float) -> Finding:
    """Whether both machines have the same time; callers are told hours and dates by it."""
    skew = abs(theirs - ours)
    if skew <= SKEW_S:
        return Finding("clock", True, f"Asterisk's clock is {skew:.1f} s from ours")
    return Finding("clock", False, f"Asterisk's clock is {skew:.1f} s from ours", "run a time service (chrony) on both machines")


def _no_manager(settings: AmiSettings) -> Finding:
    return Finding(
        "manager",
        False,
        f"no login as {settings.user} at {settings.host}:{settings.port}",
        "put manager.conf from 'ivr asterisk-config' in place, reload it ('manager reload'), and compare the secret",
    )


def _asked(ami: Ami, settings: DoctorSettings, now: Callable[[], float]) -> Iterator[Finding]:
    try:
        yield version(ami.act("CoreSettings").fields.get("AsteriskVersion", "?"))
        yield clock(float(ami.act("Ping").fields.get("Timestamp", "0")), now())
        yield from _from_inside(ami, settings)
        for name in settings.queues:
            yield _queue(ami, name)
    except (AmiError, ValueError) as error:
        yield Finding("manager", False, f"a question was not answered: {error}", "give the account the rights of manager.conf")


def _from_inside(ami: Ami, settings: DoctorSettings) -> Iterator[Finding]:
    """A call of Asterisk to itself, which reaches for the engine and plays a packaged sentence."""
    context = f"{settings.context}-ping"
    facts = _pinged(ami, context, settings.patience_ms)
    if facts is None:
        remedy = "put extensions.conf from 'ivr asterisk-config' in place and reload it ('dialplan reload')"
        yield Finding("dialplan", False, f"the context {context} did not answer", remedy)
        return
    yield Finding("dialplan", True, "Guichet's dialplan is loaded")
    reached = facts.get("Pong") == "1"
    yield Finding(
        "agi", reached, "Asterisk reaches the engine" if reached else "Asterisk does not reach the engine",
        "" if reached else "compare the address in extensions.conf with where 'ivr serve' listens, and the firewall between them",
    )  # fmt: skip
    played = facts.get("Played") == "SUCCESS"
    yield Finding(
        "prompts", played, "Asterisk plays the packaged sentences" if played else "Asterisk cannot play the packaged sentences",
        "" if played else "make them with 'ivr prompts', let Asterisk's user read the folder, and load format_wav.so",
    )  # fmt: skip
    writes = facts.get("Callbacks") == "1"
    yield Finding(
        "callbacks", writes, "the folder for messages is there" if writes else "Asterisk does not see the folder for messages",
        "" if writes else "make the folder named in extensions.conf and let Asterisk's user write into it",
    )  # fmt: skip


def _pinged(ami: Ami, context: str, patience_ms: int) -> Mapping[str, str] | None:
    """What the ping's event says, or None. A call that says nothing is tried again: a reload may have ended it."""
    told: queue.SimpleQueue[AmiEvent] = queue.SimpleQueue()
    ami.listen(lambda event: told.put(event) if event.fields.get("UserEvent", "").startswith("GuichetPing") else None)
    for _ in range(TRIES):
        ami.originate(f"Local/s@{context}/n", context, "s", timeout_ms=patience_ms)
        with contextlib.suppress(queue.Empty):
            return told.get(timeout=patience_ms / 1_000 / TRIES).fields
    return None


def _queue(ami: Ami, name: str) -> Finding:
    events = ami.queue_status(name)
    if not any(event.name == "QueueParams" for event in events):
        remedy = "put queues.conf from 'ivr asterisk-config' in place and reload it ('module reload app_queue.so')"
        return Finding("queue", False, f"Asterisk has no queue {name}", remedy)
    members = sum(event.name == "QueueMember" for event in events)
    return Finding("queue", True, f"queue {name}, {members} members logged in")
