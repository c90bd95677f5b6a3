"""An Asterisk that speaks AGI over real sockets and lives in virtual time: waiting commands advance the clock instead of lasting.

It does what the real one does to callers: keys pressed while no command runs are lost, a hang-up fails the running command and
ends the AGI (AGIEXITONHANGUP), and the dead man's switch takes the call away from an engine that does not move it on.
"""

import contextlib
import datetime as dt
import socket
import threading
from collections.abc import Mapping, Sequence

START = dt.datetime(2026, 11, 23, 9, 0, tzinfo=dt.UTC)
WAITING = ("STREAM FILE", "GET DATA", "WAIT FOR DIGIT", "RECORD FILE")
SECONDS_BEFORE_AGI = 5


class VirtualClock:
    def __init__(self) -> None:
        self.ms = 0

    def now(self) -> dt.datetime:
        return START + dt.timedelta(milliseconds=self.ms)

    def monotonic_ms(self) -> int:
        return self.ms


class Gone(Exception):
    """The caller hung up while the command ran."""


def split_words(line: str) -> list[str]:
    """Asterisk's parse_args: quotes group, a backslash takes the next character as it is."""
    words: list[str] = []
    quoted = escaped = False
    blank = True
    for character in line:
        if character == '"' and not escaped:
            quoted = not quoted
            if quoted and blank:
                words.append("")
                blank = False
        elif character in " \t" and not quoted and not escaped:
            blank = True
        elif character == "\\" and not escaped:
            escaped = True
        else:
            if blank:
                words.append("")
                blank = False
            words[-1] += character
            escaped = False
    return words


class FakeCall:
    """One AGI connection. `keys` are (virtual ms, key); `sounds` are durations by file name; others cannot be opened."""

    def __init__(
        self,
        port: int,
        clock: VirtualClock,
        route: str = "call?call=c-1&dialled=3949",
        *,
        keys: Sequence[tuple[int, str]] = (),
        sounds: Mapping[str, int] | None = None,
        hangup_at: int | None = None,
        speaks_ms: int = 3_000,
        gap_ms: int = 0,
        header: Mapping[str, str] | None = None,
    ) -> None:
        self.clock = clock
        self.keys = sorted(keys, key=lambda pair: pair[0])
        self.sounds = sounds if sounds is not None else {}
        self.hangup_at = hangup_at
        self.speaks_ms = speaks_ms
        self.gap_ms = gap_ms
        self.commands: list[str] = []
        self.heard: list[tuple[str, int, int]] = []
        self.lost: list[str] = []
        self.variables: dict[str, str] = {}
        self.fires_ms = clock.ms + SECONDS_BEFORE_AGI * 1_000
        self.switched = False
        self.margins: list[int] = []
        self._header = {
            "agi_network": "yes",
            "agi_network_script": route,
            "agi_request": f"agi://127.0.0.1:{port}/{route}",
            "agi_uniqueid": "1790000000.1",
            "agi_callerid": "0199000001",
            "agi_callingpres": "0",
            "agi_extension": "s",
            "agi_language": "fr",
            **(header or {}),
            "agi_threadid": "1",
        }
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=10)
        self._thread = threading.Thread(target=self._live, daemon=True)
        self._thread.start()

    def ended(self) -> "FakeCall":
        """Wait until the AGI has ended."""
        self._thread.join(10)
        assert not self._thread.is_alive(), "the AGI did not end"
        return self

    def spoken(self) -> list[str]:
        """Names of what was heard, in order, without their folder."""
        return [name.rsplit("/", 1)[-1] for name, _, _ in self.heard]

    def _live(self) -> None:
        with self._socket, self._socket.makefile("rb") as lines:
            try:
                header = "".join(f"{name}: {value}\n" for name, value in self._header.items()) + "\n"
                self._socket.sendall(header.encode())
                for line in lines:
                    self._perform(line.decode().rstrip("\n"))
            except (Gone, OSError):
                self._try(b"HANGUP\nHANGUP\n")

    def _try(self, data: bytes) -> None:
        with contextlib.suppress(OSError):
            self._socket.sendall(data)

    def _perform(self, line: str) -> None:
        self.commands.append(line)
        words = split_words(line)
        name = next((name for name in (*WAITING, "SET VARIABLE", "CHANNEL STATUS") if line.startswith(name)), "")
        arguments = words[len(name.split()) :]
        if name in WAITING:
            self._lose_keys_of_the_gap()
            self.margins.append(self.fires_ms - self.clock.ms)
        match name:
            case "STREAM FILE":
                self._stream(arguments[0], arguments[1], int(arguments[2]))
            case "GET DATA":
                self._get_data(int(arguments[1]), int(arguments[2]))
            case "WAIT FOR DIGIT":
                key = self._key_until(self.clock.ms + int(arguments[0]), "")
                self._say(f"200 result={ord(key) if key else 0}")
            case "RECORD FILE":
                self._record(arguments[2], int(arguments[3]))
            case "SET VARIABLE":
                self._set(arguments[0], arguments[1])
            case "CHANNEL STATUS":
                self._say("200 result=6")
            case _:
                self._say("510 Invalid or unknown command")

    def _say(self, text: str) -> None:
        self._socket.sendall(f"{text}\n".encode())

    def _lose_keys_of_the_gap(self) -> None:
        self.clock.ms += self.gap_ms
        while self.keys and self.keys[0][0] < self.clock.ms:
            self.lost.append(self.keys.pop(0)[1])

    def _key_until(self, ends_ms: int, failing: str) -> str:
        """The next key, or "" at the end; on a hang-up says the failing reply. Virtual time passes."""
        next_key = self.keys[0][0] if self.keys else ends_ms + 1
        stop = min(ends_ms, next_key)
        if self.hangup_at is not None and self.hangup_at <= stop:
            self.clock.ms = max(self.clock.ms, self.hangup_at)
            self._say(failing or "200 result=-1")
            raise Gone
        if self.fires_ms < stop:
            self.clock.ms, self.switched = self.fires_ms, True
            raise Gone
        self.clock.ms = stop
        return self.keys.pop(0)[1] if next_key <= ends_ms else ""

    def _stream(self, name: str, escape: str, offset: int) -> None:
        lasts_ms = self.sounds.get(name)
        if lasts_ms is None:
            self._say(f"200 result=-1 endpos={offset}")
            return
        began, start_ms = self.clock.ms, offset // 8
        reached = min(lasts_ms, start_ms + (self.hangup_at or began) - began) * 8
        key = self._key_until(began + lasts_ms - start_ms, f"200 result=-1 endpos={reached}")
        assert not key or key in escape
        end_ms = start_ms + self.clock.ms - began
        self.heard.append((name, start_ms, end_ms))
        self._say(f"200 result={ord(key) if key else 0} endpos={end_ms * 8}")

    def _get_data(self, timeout_ms: int, most: int) -> None:
        keys = ""
        while len(keys) < most:
            key = self._key_until(self.clock.ms + timeout_ms, "")
            if not key:
                self._say(f"200 result={keys} (timeout)")
                return
            if key == "#":
                break
            keys += key
        self._say(f"200 result={keys}")

    def _record(self, escape: str, most_ms: int) -> None:
        began = self.clock.ms
        lasts_ms = min(most_ms, self.speaks_ms)
        reached = ((self.hangup_at or began) - began) * 8
        key = self._key_until(began + lasts_ms, f"200 result=-1 (hangup) endpos={reached}")
        assert not key or key in escape
        self._say(f"200 result={ord(key) if key else 0} ({'dtmf' if key else 'timeout'}) endpos={(self.clock.ms - began) * 8}")

    def _set(self, name: str, value: str) -> None:
        if name == "TIMEOUT(absolute)":
            self.fires_ms = self.clock.ms + int(value) * 1_000
        self.variables[name] = value
        self._say("200 result=1")
