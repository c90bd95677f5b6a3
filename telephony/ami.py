"""The Asterisk Manager Interface: asterisk-ami's client, mended and kept connected.

Rule: nothing here blocks a call. Events wait in a bounded queue for one thread that hands them to listeners; a connection that
is lost is tried again with growing pauses; no value that holds CR, LF or NUL leaves the house.
"""

import contextlib
import queue
import random
import socket
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import structlog
from asterisk.ami import Action, AMIClient, Event, LoginAction, Response

log = structlog.get_logger(__name__)

MAX_PACK = 1 << 20
MAX_WAITING_EVENTS = 10_000
PING_EVERY_S = 15.0

Listener = Callable[["AmiEvent"], None]
Fields = Mapping[str, object]


class AmiError(Exception):
    """Asterisk cannot be reached, refused, or did not answer in time."""


class UnsafeValue(ValueError):
    """A value would end its line."""


@dataclass(frozen=True, slots=True)
class AmiSettings:
    host: str = "127.0.0.1"
    port: int = 5038
    user: str = "guichet"
    secret: str = ""
    timeout_ms: int = 3_000
    longest_pause_ms: int = 30_000


@dataclass(frozen=True, slots=True)
class AmiEvent:
    """An event or a response: its name (or status) and its fields."""

    name: str
    fields: Mapping[str, str]


class _Answer:
    """The library's future, without its deprecated call and without a lost wake-up. `response` waits."""

    def __init__(self, timeout_s: float) -> None:
        self._timeout_s = timeout_s
        self._arrived = threading.Event()
        self._response: Response | None = None

    @property
    def response(self) -> "Response | None":
        self._arrived.wait(self._timeout_s)
        return self._response

    @response.setter
    def response(self, response: "Response | None") -> None:
        self._response = response
        self._arrived.set()


class MendedClient(AMIClient):  # type: ignore[misc]  # asterisk-ami carries no types
    """asterisk-ami's client leaves its connect time limit on the socket, so three idle seconds end its reading thread; it
    may send a part of a long action, and keeps futures that were never answered. This one does not."""

    def connect(self) -> None:
        self._counting = threading.Lock()
        self._socket = socket.create_connection((self._address, self._port), self._timeout)
        self._socket.settimeout(None)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        self.finished = threading.Event()
        self._futures.clear()
        self._thread = threading.Thread(target=self.listen, name="ami", daemon=True)
        self._thread.start()

    def send_action(self, action: Action, callback: object = None) -> _Answer:
        """One at a time knows its number; an answer that never comes is forgotten."""
        del callback
        answer = _Answer(self._timeout)
        with self._counting:
            action_id = action.keys.setdefault("ActionID", self.next_action_id())
            self._futures[action_id] = answer
        self.send(action)
        return answer

    def forget(self, action: Action) -> None:
        self._futures.pop(action.keys.get("ActionID"), None)

    def send(self, pack: object) -> None:
        self._socket.sendall((str(pack) + "\r\n").encode(self.encoding, "replace"))

    def listen(self) -> None:
        """The library raises StopIteration in its thread when the peer closes before its greeting."""
        try:
            super().listen()
        except Exception as error:
            self._fire_on_disconnect(error=error)
        finally:
            self.finished.set()

    def fire_recv_pack(self, pack: str) -> None:
        """Some events (TestEvent) end with a blank line too many, which the library takes for the next pack's first."""
        if pack := pack.lstrip("\r\n"):
            super().fire_recv_pack(pack)

    def disconnect(self) -> None:
        if self.finished is not None:
            self.finished.set()
        if self._socket is not None:
            with contextlib.suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)
            self._socket.close()


class Ami:
    """A connection that heals. `start` returns at once; `connected` says whether Asterisk is there."""

    def __init__(self, settings: AmiSettings) -> None:
        self._settings = settings
        self._listeners: list[Listener] = []
        self._waiting: queue.Queue[AmiEvent] = queue.Queue(MAX_WAITING_EVENTS)
        self._dropped = 0
        self._wake = threading.Event()
        self._stopped = threading.Event()
        self._connected = threading.Event()
        self._client: MendedClient | None = None

    @property
    def connected(self) -> bool:
        return self._connected.is_set()

    def listen(self, listener: Listener) -> None:
        """Hand each event to `listener`, in one thread, in order."""
        self._listeners.append(listener)

    def start(self) -> None:
        threading.Thread(target=self._keep_connected, name="ami-keeper", daemon=True).start()
        threading.Thread(target=self._hand_out, name="ami-events", daemon=True).start()

    def wait_connected(self, timeout_ms: int) -> bool:
        return self._connected.wait(timeout_ms / 1_000)

    def stop(self) -> None:
        self._stopped.set()
        self._wake.set()
        if self._client is not None:
            self._client.disconnect()

    def act(self, action: str, fields: Fields | None = None, variables: Mapping[str, str] | None = None) -> AmiEvent:
        """Perform an action: its response. Raises AmiError, UnsafeValue."""
        client = self._client
        if client is None or not self.connected:
            raise AmiError("not connected to Asterisk")
        return _perform(client, _action(action, fields or {}, variables or {}))

    def collect(self, action: str, last: str, fields: Fields | None = None) -> list[AmiEvent]:
        """Perform an action that answers with events, up to the one named `last`. Raises AmiError."""
        found: queue.SimpleQueue[AmiEvent] = queue.SimpleQueue()
        action_id = f"guichet-{random.getrandbits(48):x}"

        def keep(event: AmiEvent) -> None:
            if event.fields.get("ActionID") == action_id:
                found.put(event)

        self._listeners.append(keep)
        try:
            response = self.act(action, {"ActionID": action_id, **(fields or {})})
            if response.name.lower() == "error":
                raise AmiError(response.fields.get("Message", "refused"))
            events: list[AmiEvent] = []
            while not events or events[-1].name != last:
                events.append(found.get(timeout=self._settings.timeout_ms / 1_000))
            return events[:-1]
        except queue.Empty as error:
            raise AmiError(f"{action}: no {last} in time") from error
        finally:
            self._listeners.remove(keep)

    def originate(
        self,
        channel: str,
        context: str,
        extension: str,
        *,
        caller: str = "",
        timeout_ms: int = 30_000,
        variables: Mapping[str, str] | None = None,
    ) -> AmiEvent:
        """Place a call: `channel` is rung and, when it answers, sent to the extension."""
        fields = {
            "Channel": channel,
            "Context": context,
            "Exten": extension,
            "Priority": 1,
            "Timeout": timeout_ms,
            "Async": "true",
        }
        return self.act("Originate", fields | ({"CallerID": caller} if caller else {}), variables)

    def user_event(self, name: str, fields: Fields) -> AmiEvent:
        """Tell everybody who listens to Asterisk."""
        return self.act("UserEvent", {"UserEvent": name, **fields})

    def queue_status(self, name: str) -> list[AmiEvent]:
        """QueueParams, QueueMember and QueueEntry of one queue."""
        return self.collect("QueueStatus", "QueueStatusComplete", {"Queue": name})

    def _keep_connected(self) -> None:
        pause_s = 0.5
        while not self._stopped.is_set():
            try:
                self._connect()
                pause_s = 0.5
                log.info("ami_connected", host=self._settings.host)
                self._watch()
            except (AmiError, OSError) as error:
                if self._stopped.is_set():
                    return
                log.warning("ami_not_connected", why=str(error), again_s=round(pause_s, 1))
            self._lose()
            self._stopped.wait(pause_s * random.uniform(0.8, 1.2))
            pause_s = min(pause_s * 2, self._settings.longest_pause_ms / 1_000)

    def _connect(self) -> None:
        settings = self._settings
        self._wake.clear()
        client = MendedClient(settings.host, settings.port, timeout=settings.timeout_ms / 1_000, buffer_size=1 << 14)
        client.add_listener(on_event=self._take, on_disconnect=lambda **_: self._wake.set())
        client.connect()
        self._client = client
        login = _perform(client, _checked(LoginAction(settings.user, settings.secret)))
        if login.name.lower() != "success":
            raise AmiError(f"login as {settings.user}: {login.fields.get('Message', 'refused')}")
        self._connected.set()

    def _watch(self) -> None:
        """Until the connection ends; a silent Asterisk is asked now and then."""
        while not self._stopped.is_set():
            if self._wake.wait(PING_EVERY_S):
                raise AmiError("the connection was lost")
            self.act("Ping")

    def _lose(self) -> None:
        self._connected.clear()
        if self._client is not None:
            self._client.disconnect()

    def _take(self, source: object, event: Event) -> None:
        del source
        fields = {name: value if isinstance(value, str) else str(value) for name, value in event.keys.items()}
        try:
            self._waiting.put_nowait(AmiEvent(event.name, fields))
        except queue.Full:
            self._dropped += 1
            if self._dropped & (self._dropped - 1) == 0:
                log.error("ami_events_dropped", count=self._dropped)

    def _hand_out(self) -> None:
        while not self._stopped.is_set():
            try:
                event = self._waiting.get(timeout=1)
            except queue.Empty:
                continue
            for listener in tuple(self._listeners):
                try:
                    listener(event)
                except Exception:
                    log.exception("ami_listener_failed", event_name=event.name)


def _action(name: str, fields: Fields, variables: Mapping[str, str]) -> Action:
    return _checked(Action(name, dict(fields), dict(variables)))


def _checked(action: Action) -> Action:
    """Refuse what would end a line, in names as in values."""
    words = [action.name, *action.keys, *action.keys.values(), *action.variables, *action.variables.values()]
    for word in words:
        if any(character in str(word) for character in "\r\n\0"):
            raise UnsafeValue(f"a value of the action {action.name!r} holds CR, LF or NUL")
    for value in action.variables.values():
        if any(character in str(value) for character in ',"\\'):
            raise UnsafeValue(f"a variable of the action {action.name!r} holds a comma, a quote or a backslash")
    return action


def _perform(client: MendedClient, action: Action) -> AmiEvent:
    try:
        response = client.send_action(action).response
    except OSError as error:
        raise AmiError(str(error)) from error
    finally:
        client.forget(action)
    if response is None:
        raise AmiError(f"{action.name}: no answer in time")
    return AmiEvent(response.status, dict(response.keys))
