"""Watching an engine: the heartbeat from outside, the restart of one that misses two, and systemd's own watchdog from inside.

Rule: a heartbeat is a whole AGI connection answered, so it proves that calls are being taken and not just that a process exists.
"""

import contextlib
import os
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import structlog

from telephony.agi_codec import Lines, ProtocolError

log = structlog.get_logger(__name__)

_PING = "agi_network: yes\nagi_request: agi://{host}:{port}/ping\nagi_threadid: 0\n\n"


@dataclass(frozen=True, slots=True)
class WatchSettings:
    """An engine that hangs is found after `every_ms` * (`misses` - 1) to `every_ms` * `misses`, and `patience_ms`."""

    host: str = "127.0.0.1"
    port: int = 4573
    every_ms: int = 2_000
    patience_ms: int = 1_000
    misses: int = 2
    start_ms: int = 15_000


def ping(host: str, port: int, patience_ms: int = 1_000) -> int | None:
    """Milliseconds until the engine answered a whole AGI connection, or None."""
    began = time.monotonic()
    try:
        with socket.create_connection((host, port), patience_ms / 1_000) as line:
            line.sendall(_PING.format(host=host, port=port).encode())
            lines = Lines()
            while (command := lines.next()) is None:
                line.settimeout(max(0.001, began + patience_ms / 1_000 - time.monotonic()))
                data = line.recv(1_024)
                if not data:
                    return None
                lines.feed(data)
            line.sendall(b"200 result=1\n")
    except (OSError, ProtocolError):
        return None
    return round((time.monotonic() - began) * 1_000) if "IVR_PONG" in command else None


class Watchdog:
    """Asks for heartbeats and calls `restart` when two in a row are missing. `beats` tells whether the engine answered."""

    def __init__(self, settings: WatchSettings, beats: Callable[[], bool], restart: Callable[[], None]) -> None:
        self._settings = settings
        self._beats = beats
        self._restart = restart
        self._missed = 0
        self._grace_ms = settings.start_ms

    def step(self) -> int:
        """One heartbeat; milliseconds until the next one. An engine that starts is given time until its first heartbeat."""
        if self._beats():
            self._missed, self._grace_ms = 0, 0
            return self._settings.every_ms
        if self._grace_ms > 0:
            self._grace_ms -= self._settings.every_ms
            return self._settings.every_ms
        self._missed += 1
        log.warning("heartbeat_missed", count=self._missed)
        if self._missed >= self._settings.misses:
            log.error("engine_restarted", missed=self._missed)
            self._restart()
            self._missed, self._grace_ms = 0, self._settings.start_ms
        return self._settings.every_ms

    def run(self, stop: threading.Event) -> None:
        """Until `stop` is set."""
        while not stop.wait(self.step() / 1_000):
            pass


class Child:
    """The engine as a process that the watchdog owns. One that hangs is killed, not asked: it cannot answer."""

    def __init__(self, command: Sequence[str]) -> None:
        self._command = list(command)
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        return None if self._process is None or self._process.poll() is not None else self._process.pid

    def restart(self) -> None:
        self.kill()
        self._process = subprocess.Popen(self._command)

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def end(self, limit_ms: int) -> None:
        """Let it finish its calls; kill it after the limit."""
        if self._process is None:
            return
        self._process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(limit_ms / 1_000)
        self.kill()


def watch(settings: WatchSettings, command: Sequence[str], stop: threading.Event, drain_ms: int = 60_000) -> None:
    """Run an engine and keep it alive until `stop` is set. A command that ends by itself is started again too."""
    child = Child(command)
    child.restart()

    def beats() -> bool:
        return child.pid is not None and ping(settings.host, settings.port, settings.patience_ms) is not None

    try:
        Watchdog(settings, beats, child.restart).run(stop)
    finally:
        child.end(drain_ms)


def notify(state: str, environment: Mapping[str, str] = os.environ) -> bool:
    """Tell systemd (`READY=1`, `WATCHDOG=1`, `STOPPING=1`); false where nobody listens. Source: sd_notify(3)."""
    address = environment.get("NOTIFY_SOCKET", "")
    if not address:
        return False
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
        try:
            line.connect("\0" + address[1:] if address.startswith("@") else address)
            line.sendall(state.encode())
        except OSError as error:
            log.warning("systemd_not_told", why=str(error))
            return False
    return True


def keep_systemd_told(
    settings: WatchSettings, stop: threading.Event, environment: Mapping[str, str] = os.environ
) -> threading.Thread | None:
    """Send WATCHDOG=1 while the engine's own door answers; None where systemd does not ask for it."""
    period_us = environment.get("WATCHDOG_USEC", "")
    if not period_us.isdecimal() or not environment.get("NOTIFY_SOCKET"):
        return None

    def run() -> None:
        while not stop.wait(int(period_us) / 3_000_000):
            if ping(settings.host, settings.port, settings.patience_ms) is not None:
                notify("WATCHDOG=1", environment)

    thread = threading.Thread(target=run, name="systemd-watchdog", daemon=True)
    thread.start()
    return thread
