"""The FastAGI server: a thread to each call, a bounded number of calls, a graceful end.

Rule: what cannot be served is closed at once, because the dialplan's net begins where the connection ends. Two doors: the public
one takes new calls and may be shared by two processes while one replaces the other; calls that come back from a transfer use the
process's own door.
"""

import contextlib
import queue
import socket
import threading
import time
import weakref
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import structlog

from telephony.agi import CallerGone, ProtocolError, SocketAgi
from telephony.arrivals import Arrival, Route, arrival_of, route_of
from telephony.returns import Return, Returns

log = structlog.get_logger(__name__)

SPARE_CONNECTIONS = 64
IDLE_THREAD_S = 30.0
Answer = Callable[[Arrival, SocketAgi], None]


@dataclass(frozen=True, slots=True)
class FastAgiSettings:
    """Where calls come in. `return_port` 0 takes any free port; `return_host` is how Asterisk reaches this process."""

    host: str = "127.0.0.1"
    port: int = 4573
    return_host: str = "127.0.0.1"
    return_port: int = 0
    calls: int = 500
    header_limit_ms: int = 5_000
    share_port: bool = True


class FastAgiServer:
    """`answer` is run in a thread of its own for each new call and returns when the call is over."""

    def __init__(self, settings: FastAgiSettings, answer: Answer, returns: Returns) -> None:
        self._settings = settings
        self._answer = answer
        self._returns = returns
        self._lock = threading.Condition()
        self._connections: weakref.WeakSet[socket.socket] = weakref.WeakSet()  # those handed over end elsewhere
        self._calls = 0
        self._idle = 0
        self._handed: queue.SimpleQueue[socket.socket] = queue.SimpleQueue()
        self._draining = False
        self._public = _listen(settings.host, settings.port, settings.share_port)
        self._private = _listen(settings.host, settings.return_port, False)
        self.port = int(self._public.getsockname()[1])
        self._return_port = int(self._private.getsockname()[1])

    @property
    def return_address(self) -> str:
        """`host:port` at which a transferred call finds this process again."""
        return f"{self._settings.return_host}:{self._return_port}"

    @property
    def calls(self) -> int:
        """Calls in progress."""
        return self._calls

    def start(self) -> None:
        for name, door in (("public", self._public), ("private", self._private)):
            threading.Thread(target=self._accept, args=(door,), name=f"fastagi-{name}", daemon=True).start()
        log.info("fastagi_listens", port=self.port, returns=self.return_address, calls=self._settings.calls)

    def drain(self, limit_ms: int) -> bool:
        """Take no new call, let those in progress end; after `limit_ms` cut them off. True when all ended by themselves."""
        with self._lock:
            self._draining = True
            _shut(self._public)
            ended = self._lock.wait_for(lambda: self._calls == 0, limit_ms / 1000)
            left = list(self._connections)
        _shut(self._private)
        for connection in left:
            _shut(connection)
        log.info("fastagi_drained", cut_off=0 if ended else len(left))
        return ended

    def _accept(self, door: socket.socket) -> None:
        while True:
            try:
                connection, _ = door.accept()
            except OSError:
                if door.fileno() < 0 or self._draining:
                    return
                time.sleep(0.05)  # out of descriptors or memory: the calls in progress go on, new ones wait for Asterisk's limit
                continue
            self._begin(connection)

    def _begin(self, connection: socket.socket) -> None:
        with self._lock:
            if len(self._connections) >= self._settings.calls + SPARE_CONNECTIONS:
                connection.close()
                log.warning("connection_refused", connections=len(self._connections))
                return
            self._connections.add(connection)
            if self._idle:
                self._idle -= 1
                self._handed.put(connection)
                return
        try:
            threading.Thread(target=self._work, args=(connection,), name="call", daemon=True).start()
        except RuntimeError:
            self._forget(connection)
            connection.close()
            log.exception("no_thread_for_call")

    def _work(self, connection: socket.socket | None) -> None:
        """A thread's life: one connection after the other, because a new thread for each costs more than all its commands."""
        while connection is not None:
            self._serve(connection)
            connection = None  # an idle thread holds nothing that counts as a connection
            connection = self._next()

    def _next(self) -> socket.socket | None:
        with self._lock:
            self._idle += 1
        while True:
            with contextlib.suppress(queue.Empty):
                return self._handed.get(timeout=IDLE_THREAD_S)
            with self._lock:
                if self._handed.empty():
                    self._idle -= 1
                    return None

    def _serve(self, connection: socket.socket) -> None:
        handed_over = False
        try:
            agi = SocketAgi(connection, self._settings.header_limit_ms)
            handed_over = self._dispatch(agi, route_of(agi.env))
        except (CallerGone, ProtocolError, OSError) as error:
            log.info("connection_dropped", why=str(error))
        except Exception:
            log.exception("call_thread_failed")
        finally:
            if not handed_over:
                self._forget(connection)
                _shut(connection)

    def _dispatch(self, agi: SocketAgi, route: Route) -> bool:
        """Serve a connection; true when it now belongs to another thread."""
        match route.name:
            case "call":
                self._call(agi, route)
            case "resume":
                return self._returns.deliver(route.call_id, Return(agi, _facts(route)))
            case "hangup":
                self._returns.deliver(route.call_id, Return(None, _facts(route)))
            case "ping":
                agi.set_variable("IVR_PONG", "1")
            case _:
                log.warning("unknown_route", route=route.name[:40])
        return False

    def _call(self, agi: SocketAgi, route: Route) -> None:
        arrival = arrival_of(agi.env, route)
        with self._lock:
            if self._draining or self._calls >= self._settings.calls or not arrival.call_id:
                log.warning("call_refused", calls=self._calls, draining=self._draining)
                return
            self._calls += 1
        try:
            with structlog.contextvars.bound_contextvars(call=arrival.call_id):
                self._answer(arrival, agi)
        finally:
            with self._lock:
                self._calls -= 1
                self._lock.notify_all()

    def _forget(self, connection: socket.socket) -> None:
        with self._lock:
            self._connections.discard(connection)


def _facts(route: Route) -> Mapping[str, str]:
    return {name: value for name, value in route.query.items() if name != "call"}


def _listen(host: str, port: int, shared: bool) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    door = socket.socket(family, socket.SOCK_STREAM)
    door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if shared:
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    _keep_alive(door)
    try:
        door.bind((host, port))
        door.listen(1_024)
    except OSError:
        door.close()
        raise
    return door


def _keep_alive(door: socket.socket) -> None:
    """Connections take these over from their door: a peer that vanishes without a word is noticed after 25 s."""
    door.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    door.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    door.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 10)
    door.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 5)
    door.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPCNT, 3)


def _shut(line: socket.socket) -> None:
    with contextlib.suppress(OSError):
        line.shutdown(socket.SHUT_RDWR)
    with contextlib.suppress(OSError):
        line.close()
