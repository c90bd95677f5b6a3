"""AGI on the wire, without I/O: commands to bytes, bytes to the environment and to replies.

Rule: nothing that a caller can put into a header or a variable ends a line of ours, grows without bound, or raises anything but
`ProtocolError`. "Need more bytes" is the value None. Source: Asterisk's res/res_agi.c (parse_args, setup_env, the handlers).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

MAX_LINE = 8_192
MAX_COMMAND = 4_000
MAX_ENVIRONMENT_LINES = 200
MAX_ENVIRONMENT = 65_536
MAX_REPLY_LINES = 100
MAX_JUNK_LINES = 200

_BARE = re.compile(r"[A-Za-z0-9_./#*+=:-]+")
_RESULT = re.compile(r"200 result=(?P<result>\S*)(?: \((?P<data>.*)\))?(?: endpos=(?P<endpos>\d+))?", re.DOTALL)
_STATUS = re.compile(r"\d{3}[ -]")
_PLAIN = "200 result="
_OPEN_DATA = re.compile(r"200 result=\S* \(")


class ProtocolError(Exception):
    """The peer does not speak AGI, or says more than an honest one would."""


class UnsafeArgument(ValueError):
    """An argument would end the line, or the line would be longer than Asterisk reads."""


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer of Asterisk: `200 result=R (DATA) endpos=E`; other codes have their text in `data`."""

    code: int
    result: str = ""
    data: str = ""
    endpos: int | None = None

    @property
    def failed(self) -> bool:
        return self.code == 200 and self.result == "-1"


class Quoted(str):
    """An argument that is quoted already."""

    __slots__ = ()


def quote(argument: object) -> Quoted:
    """One argument in double quotes. Raises UnsafeArgument on CR, LF and NUL, which no quoting can carry."""
    text = str(argument)
    if any(character in text for character in "\r\n\0"):
        raise UnsafeArgument("an AGI argument holds CR, LF or NUL")
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return Quoted(f'"{escaped}"')


def encode_command(command: str, *arguments: object) -> bytes:
    """A whole line. Simple arguments stay bare, all others are quoted. Raises UnsafeArgument."""
    line = " ".join([command, *map(_word, arguments)]).encode("utf-8", "replace")
    if b"\n" in line or b"\r" in line or b"\0" in line:
        raise UnsafeArgument("an AGI command holds CR, LF or NUL")
    if len(line) > MAX_COMMAND:
        raise UnsafeArgument(f"an AGI command of {len(line)} bytes; {MAX_COMMAND} are the most")
    return line + b"\n"


def _word(argument: object) -> str:
    if isinstance(argument, Quoted):
        return argument
    text = str(argument)
    return text if _BARE.fullmatch(text) else quote(text)


class Lines:
    """Splits what comes in into lines of at most 8,192 bytes."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> None:
        self._buffer += data

    @property
    def waiting(self) -> bool:
        """Whether something was fed that is not read yet."""
        return bool(self._buffer)

    def next(self) -> str | None:
        """The next whole line without its end, or None. Bytes that are not UTF-8 become U+FFFD."""
        end = self._buffer.find(b"\n")
        if end > MAX_LINE or (end < 0 and len(self._buffer) > MAX_LINE):
            raise ProtocolError("a line is too long")
        if end < 0:
            return None
        line = bytes(self._buffer[:end])
        del self._buffer[: end + 1]
        return line.removesuffix(b"\r").decode("utf-8", "replace")


class EnvironmentReader:
    """The header that opens each AGI connection, up to its empty line.

    The first value of a name stays: what a caller smuggles into her number comes after the names that we act on.
    """

    def __init__(self, lines: Lines) -> None:
        self._lines = lines
        self._read: dict[str, str] = {}
        self._count = 0
        self._size = 0

    def next(self) -> Mapping[str, str] | None:
        while (line := self._lines.next()) is not None:
            if not line and self._read:
                return self._read
            self._count += 1
            self._size += len(line)
            if self._count > MAX_ENVIRONMENT_LINES or self._size > MAX_ENVIRONMENT:
                raise ProtocolError("the AGI header is too long")
            name, colon, value = line.partition(":")
            if colon and name.startswith("agi_"):
                self._read.setdefault(name, value.strip())
            elif self._count == 1:
                raise ProtocolError("this is not an AGI header")
        return None


class ReplyReader:
    """Replies, with the `HANGUP` lines that Asterisk puts between them taken out. `hung_up` stays true once it was said."""

    def __init__(self, lines: Lines) -> None:
        self.hung_up = False
        self._lines = lines
        self._parts: list[str] = []
        self._junk = 0

    def next(self) -> Reply | None:
        while (line := self._lines.next()) is not None:
            if line == "HANGUP":
                self.hung_up = True
            elif self._parts or _STATUS.match(line):
                if (reply := self._take(line)) is not None:
                    return reply
            else:
                self._junk += 1
                if self._junk > MAX_JUNK_LINES:
                    raise ProtocolError("too much that is no reply")
        return None

    def _take(self, line: str) -> Reply | None:
        if not self._parts and line.startswith(_PLAIN) and " " not in line[len(_PLAIN) :]:
            return Reply(200, line[len(_PLAIN) :])
        self._parts.append(line)
        if len(self._parts) > MAX_REPLY_LINES:
            raise ProtocolError("a reply is too long")
        first = self._parts[0]
        if first[3] == "-":
            return self._done() if line.startswith(first[:3] + " ") else None
        if _OPEN_DATA.match(first) and not _RESULT.fullmatch("\n".join(self._parts)):
            return None
        return self._done()

    def _done(self) -> Reply:
        text, self._parts = "\n".join(self._parts), []
        found = _RESULT.fullmatch(text)
        if found is None:
            return Reply(int(text[:3]), data=text[4:])
        endpos = found["endpos"]
        return Reply(200, found["result"], found["data"] or "", None if endpos is None else int(endpos))
