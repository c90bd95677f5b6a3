"""The watchdog restarts what misses two heartbeats, and nothing else."""

import contextlib
import os
import socket
import sys
import threading
from pathlib import Path

import pytest

from telephony.fastagi import FastAgiServer, FastAgiSettings
from telephony.returns import Returns
from telephony.watch import Child, Watchdog, WatchSettings, keep_systemd_told, notify, ping


def run(beats: str) -> list[int]:
    """Feed heartbeats (`.` answered, `x` missed); the steps at which the engine was restarted."""
    restarts: list[int] = []
    at = iter(range(len(beats)))
    step = 0
    dog = Watchdog(WatchSettings(start_ms=4_000), lambda: beats[step] == ".", lambda: restarts.append(step))
    for step in at:  # noqa: B007  # the closures above read it
        dog.step()
    return restarts


@pytest.mark.parametrize(
    ("beats", "restarts"),
    [
        ("....", []),
        (".x.x.x", []),
        (".xx", [2]),
        ("xx.", []),
        ("xxxx", [3]),
        (".xxxx", [2]),
        (".xxxxxx.xx", [2, 6, 9]),
    ],
)
def test_two_misses_in_a_row_restart_an_engine_that_had_begun(beats: str, restarts: list[int]) -> None:
    assert run(beats) == restarts


def test_a_living_engine_answers_a_ping() -> None:
    server = FastAgiServer(FastAgiSettings(port=0), lambda _a, _b: None, Returns())
    server.start()
    took = ping("127.0.0.1", server.port)
    server.drain(0)
    assert took is not None
    assert ping("127.0.0.1", server.port, 200) is None


@pytest.mark.parametrize("answer", [b"", b"HTTP/1.1 400 Bad Request\r\n", b"SET VARIABLE X 1\n", b"x" * 20_000])
def test_something_else_on_the_port_is_no_engine(answer: bytes) -> None:
    with socket.create_server(("127.0.0.1", 0)) as door:

        def serve() -> None:
            line, _ = door.accept()
            with line:
                line.sendall(answer)

        thread = threading.Thread(target=serve)
        thread.start()
        assert ping("127.0.0.1", door.getsockname()[1], 500) is None
        thread.join()


def test_a_port_that_accepts_and_says_nothing_is_no_engine() -> None:
    with socket.create_server(("127.0.0.1", 0)) as door:
        assert ping("127.0.0.1", door.getsockname()[1], 100) is None


def test_a_child_that_ignores_everything_is_killed_and_started_again() -> None:
    child = Child([sys.executable, "-c", "import signal, time; signal.signal(15, signal.SIG_IGN); time.sleep(60)"])
    child.restart()
    first = child.pid
    assert first is not None
    child.restart()
    assert child.pid not in (None, first)
    with pytest.raises(ProcessLookupError):
        os.kill(first, 0)
    child.end(200)
    assert child.pid is None


@pytest.fixture
def systemd(tmp_path: Path) -> "socket.socket":
    line = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    line.bind(str(tmp_path / "notify"))
    line.settimeout(5)
    return line


def test_systemd_is_told(systemd: socket.socket) -> None:
    assert notify("READY=1", {"NOTIFY_SOCKET": systemd.getsockname()})
    assert systemd.recv(100) == b"READY=1"
    assert not notify("READY=1", {})
    assert not notify("READY=1", {"NOTIFY_SOCKET": "/nonexistent/notify"})


def test_systemd_hears_the_heart_only_while_calls_are_taken(systemd: socket.socket) -> None:
    server = FastAgiServer(FastAgiSettings(port=0), lambda _a, _b: None, Returns())
    server.start()
    stop = threading.Event()
    environment = {"NOTIFY_SOCKET": systemd.getsockname(), "WATCHDOG_USEC": "60000"}
    thread = keep_systemd_told(WatchSettings(port=server.port), stop, environment)
    assert thread is not None
    assert systemd.recv(100) == b"WATCHDOG=1"
    server.drain(0)
    systemd.settimeout(0.3)
    beats = 0
    with contextlib.suppress(TimeoutError):
        while beats < 20 and systemd.recv(100):
            beats += 1
    assert beats < 20
    stop.set()
    thread.join(5)
    assert keep_systemd_told(WatchSettings(), stop, {}) is None
