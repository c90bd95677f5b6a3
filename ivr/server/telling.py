"""Turns as a person reads them: what was said, what the caller did, what Guichet did.

Rule: values are masked unless the reader may see them; secrets have no digits here at all.
"""

from collections.abc import Callable, Iterator

from ivr.engine.commands import Collect, Disconnect, Invoke, Play, Record, Transfer
from ivr.engine.events import Disconnected, Event, Heard, Invoked, Noinput, Pressed, Recorded, Transferred
from ivr.engine.prompts import Prompt
from ivr.engine.session import Turn
from ivr.runtime.showing import masked, shown


def told(turn: Turn, clear: bool = False) -> Iterator[str]:
    """A turn as lines: the event first, then the commands."""
    show = shown if clear else masked
    if turn.event is not None:
        yield f"{turn.event.at:%H:%M:%S}  {happened(turn.event, clear)}"
    for command in turn.commands:
        yield from (f"          {line}" for line in asked(command, show))
    for note in turn.notes:
        if note.what in ("entered", "outcome", "fault", "handler", "identified", "gave_up"):
            yield f"          · {' '.join(part for part in (note.what, note.name, note.detail) if part)}"


def happened(event: Event, clear: bool = False) -> str:
    """The caller's side."""
    match event:
        case Pressed(secret=secret) if secret is not None:
            return f"◀ keys {'•' * secret.length} ({secret.shape})"
        case Pressed():
            keys = event.keys if clear or len(event.keys) < 3 else "•" * len(event.keys)
            return f"◀ keys {keys}"
        case Heard(secret=secret) if secret is not None:
            return f"◀ says {'•' * secret.length} ({secret.shape})"
        case Heard():
            return f"◀ says «{event.words if clear else '…'}» ({event.confidence:.2f})"
        case Noinput():
            return "◀ nothing"
        case Invoked():
            return f"◆ {event.result.value} {event.reason}".rstrip()
        case Recorded():
            return f"◀ message of {event.duration_ms / 1000:.0f} s" if event.file else "◀ no message"
        case Transferred():
            return f"◆ transfer {event.result.value}"
        case Disconnected():
            return f"◀ hangs up ({event.by})"


def asked(command: Play | Collect | Invoke | Record | Transfer | Disconnect, show: Callable[[Prompt], str]) -> Iterator[str]:
    """Guichet's side."""
    match command:
        case Play() | Collect():
            if command.prompt:
                yield f"▶ {show(command.prompt)}"
        case Invoke():
            yield f"◆ {command.handler}"
        case Record():
            yield f"▶ {show(command.prompt)} (beep)"
        case Transfer():
            yield f"▶ {show(command.prompt)}" if command.prompt else "▶"
            yield f"◆ to {command.to}, reason {command.reason or '-'}"
        case Disconnect():
            yield f"◆ the line is closed ({command.reason})"
