"""One AGI connection: pyst2's command set over a socket of ours.

Rule: no signal handlers, nothing on standard error, every read has an end, every argument is quoted; nothing that was keyed is
logged. A caller who is gone is `CallerGone`; a command that failed while she is there is `CommandFailed`.
"""

import contextlib
import math
import select
import socket
import struct
import threading
import time
from collections.abc import Iterable, Mapping

from asterisk.agi import (
    AGI,
    AGIAppError,
    AGIInvalidCommand,
    AGIResultHangup,
    AGIUnknownError,
    AGIUsageError,
)

from telephony.agi_codec import EnvironmentReader, Lines, ProtocolError, Quoted, Reply, ReplyReader, encode_command, quote

ALL_KEYS = "0123456789*#ABCD"
UP = "6"
ENVIRONMENT_LIMIT_MS = 5_000
GRACE_MS = 5_000
LIMIT_STEP_S = 20.0
_CHUNK = 4_096


class CallerGone(AGIResultHangup):  # type: ignore[misc]  # pyst2 carries no types
    """The caller hung up, or the line to Asterisk was lost. `endpos` tells how far the last prompt went, if known."""

    def __init__(self, why: str, endpos: int | None = None) -> None:
        super().__init__(why)
        self.why = why
        self.endpos = endpos


class CommandFailed(AGIAppError):  # type: ignore[misc]  # pyst2 carries no types
    """Asterisk could not do it, and the caller is still there."""

    def __init__(self, command: str, reply: Reply) -> None:
        super().__init__(f"{command}: result {reply.result} ({reply.data})")
        self.reply = reply


class SocketAgi(AGI):  # type: ignore[misc]  # pyst2 carries no types
    """`env` is the AGI environment. Raises ProtocolError or CallerGone when no whole environment comes in time."""

    def __init__(self, line: socket.socket, environment_limit_ms: int = ENVIRONMENT_LIMIT_MS) -> None:
        # pyst2's own constructor is left out: it installs a SIGHUP handler and reads the standard input.
        self.env: Mapping[str, str] = {}
        self._got_sighup = False
        self._line = line
        self._limit_s = 0.0
        line.settimeout(None)
        line.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, _timeval(GRACE_MS / 1_000))
        self._lines = Lines()
        self._replies = ReplyReader(self._lines)
        self._closed = threading.Event()
        self._get_agi_env(environment_limit_ms)

    @property
    def hung_up(self) -> bool:
        """Whether Asterisk has said so, or the connection has ended."""
        return self._replies.hung_up or self._closed.is_set()

    def run(self, command: str, *arguments: object, takes_ms: int = 0) -> Reply:
        """Send a command and wait for its reply, at most 5 s longer than it `takes_ms`. Raises CallerGone and CommandFailed."""
        return self._judged(command, self._exchange(encode_command(command, *arguments), takes_ms))

    def _judged(self, command: str, reply: Reply) -> Reply:
        if reply.failed:
            self._tell_apart(command, reply)
        if reply.code == 511:
            raise CallerGone("hangup")
        if reply.code == 510:
            raise AGIInvalidCommand(reply.data)
        if reply.code == 520:
            raise AGIUsageError(reply.data)
        if reply.code != 200:
            raise AGIUnknownError(reply.code, reply.data)
        return reply

    def close(self) -> None:
        """End the AGI: the dialplan goes on with its next priority."""
        self._closed.set()
        with contextlib.suppress(OSError):
            self._line.shutdown(socket.SHUT_RDWR)
        self._line.close()

    # What pyst2's command methods stand on.

    def execute(self, command: str, *args: object) -> dict[str, tuple[str, str]]:
        """pyst2's shape of a reply: {'result': (value, data)}."""
        takes_ms = args[0] if command == "WAIT FOR DIGIT" and isinstance(args[0], int) else 0
        reply = self.run(command, *args, takes_ms=takes_ms)
        return {"result": (reply.result, reply.data)}

    def _quote(self, string: object) -> Quoted:
        return quote(string)

    def _process_digit_list(self, digits: str | Iterable[object]) -> Quoted:
        return quote("".join(map(str, digits)))

    # Commands of which pyst2 throws a part of the answer away.

    def stream(self, filename: str, offset: int = 0, lasts_ms: int = 60_000) -> tuple[str, int]:
        """Play until the end or any key: (key or "", end position in samples)."""
        reply = self.run("STREAM FILE", filename, ALL_KEYS, offset, takes_ms=lasts_ms)
        key = "" if reply.result == "0" else chr(int(reply.result))
        return key, reply.endpos if reply.endpos is not None else offset

    def ask_digit(self, timeout_ms: int) -> None:
        """Send WAIT FOR DIGIT; `digit` takes its answer. Of two that are under way the second begins when the first ends."""
        self._send(encode_command("WAIT FOR DIGIT", timeout_ms))

    def digit(self, timeout_ms: int) -> str:
        """The key that was asked for with `ask_digit`, or "". Raises CallerGone and CommandFailed."""
        reply = self._judged("WAIT FOR DIGIT", self._answer(timeout_ms))
        return "" if reply.result == "0" else chr(int(reply.result))

    def answers_within(self, timeout_ms: int) -> bool:
        """Whether Asterisk says something in that time, or the line ends."""
        descriptor = self._line.fileno()
        if descriptor < 0 or self._lines.waiting:
            return True
        poll = select.poll()
        poll.register(descriptor, select.POLLIN)
        return bool(poll.poll(max(0, timeout_ms)))

    def digits(self, timeout_ms: int, most: int) -> tuple[str, bool]:
        """Keys without a gap, up to `most`, `#` or `timeout_ms` without one: (keys, whether the time ran out)."""
        reply = self.run("GET DATA", quote(""), timeout_ms, most, takes_ms=timeout_ms * (most + 1))
        return reply.result, reply.data == "timeout"

    def record(self, filename: str, keys: str, most_ms: int, silence_s: int, beep: bool) -> tuple[str, int]:
        """Record 8 kHz WAV: (ending key or "", length in samples)."""
        options = [*(["BEEP"] if beep else []), f"s={silence_s}"]
        reply = self.run("RECORD FILE", filename, "wav", keys, most_ms, *options, takes_ms=most_ms + GRACE_MS)
        return "" if reply.result == "0" else chr(int(reply.result)), reply.endpos or 0

    def _get_agi_env(self, limit_ms: int = ENVIRONMENT_LIMIT_MS) -> None:
        reader = EnvironmentReader(self._lines)
        limit_s = limit_ms / 1_000
        deadline = time.monotonic() + limit_s
        while (environment := reader.next()) is None:
            self._receive(deadline, limit_s)
        self.env = environment

    def _exchange(self, line: bytes, takes_ms: int) -> Reply:
        if self._replies.next() is not None:
            raise ProtocolError("an answer came before its command")
        self._send(line)
        return self._answer(takes_ms)

    def _send(self, line: bytes) -> None:
        try:
            self._line.sendall(line)
        except OSError as error:
            raise self._lost(error) from error

    def _answer(self, takes_ms: int) -> Reply:
        deadline = time.monotonic() + (takes_ms + GRACE_MS) / 1_000
        while (reply := self._replies.next()) is None:
            self._receive(deadline, LIMIT_STEP_S)
        return reply

    def _receive(self, deadline: float, step_s: float) -> None:
        """Read what is there, or wait. The limit stands in the kernel, in long steps, so that few commands need to move it."""
        limit_s = math.ceil((deadline - time.monotonic()) / step_s) * step_s
        try:
            if limit_s <= 0:
                raise TimeoutError("no answer in time")
            if limit_s != self._limit_s:
                self._line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, _timeval(limit_s))
                self._limit_s = limit_s
            data = self._line.recv(_CHUNK)
        except BlockingIOError as error:  # the kernel's limit lies beyond the deadline, so the deadline has passed
            raise self._lost(TimeoutError("no answer in time")) from error
        except OSError as error:
            raise self._lost(error) from error
        if not data:
            raise self._lost(None)
        self._lines.feed(data)

    def _lost(self, error: OSError | None) -> CallerGone:
        self._closed.set()
        if self._replies.hung_up:
            return CallerGone("hangup")
        return CallerGone("line_lost" if error is None else f"line_lost: {type(error).__name__}")

    def _tell_apart(self, command: str, reply: Reply) -> None:
        """Result -1 is a hang-up or a failure: only the channel's status tells which."""
        gone = CallerGone("hangup", reply.endpos)
        if self.hung_up or reply.data == "hangup":
            raise gone
        try:
            status = self._exchange(encode_command("CHANNEL STATUS"), 0)
        except (CallerGone, ProtocolError) as error:
            raise gone from error
        if status.code != 200 or status.result != UP or self.hung_up:
            raise gone
        raise CommandFailed(command, reply)


def _timeval(seconds: float) -> bytes:
    """What SO_RCVTIMEO and SO_SNDTIMEO take; never zero, which means no limit."""
    return struct.pack("ll", *divmod(max(1, round(seconds * 1_000_000)), 1_000_000))


__all__ = ["ALL_KEYS", "CallerGone", "CommandFailed", "ProtocolError", "SocketAgi"]
