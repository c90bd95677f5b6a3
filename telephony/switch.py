"""The dead man's switch: how far ahead Asterisk's absolute time-out must stand before a command.

Rule: at any moment the time-out lies at least 3 s after the running command's longest end, and when a command is sent at most 7 s
after it. An engine that hangs does not move it on, and the dialplan's T extension takes the caller over.
"""

MARGIN_MS = 3_000
SLACK_MS = 4_000


class DeadMansSwitch:
    """Remembers where the time-out stands, so that it is set only when it must move."""

    def __init__(self, now_ms: int, seconds: int) -> None:
        self._fires_ms = now_ms + seconds * 1_000

    def stands(self, now_ms: int, takes_ms: int) -> bool:
        """Whether it stands well for a command of at most `takes_ms`."""
        least = now_ms + takes_ms + MARGIN_MS
        return least <= self._fires_ms <= least + SLACK_MS

    def must_become(self, now_ms: int, takes_ms: int) -> int | None:
        """Seconds to set before a command of at most `takes_ms`, or None when it stands well."""
        if self.stands(now_ms, takes_ms):
            return None
        seconds = (takes_ms + MARGIN_MS + SLACK_MS) // 1_000
        self._fires_ms = now_ms + seconds * 1_000
        return seconds
