"""Moments as people type them at a command."""

import datetime as dt
import re
from zoneinfo import ZoneInfo

from ivr.server.failing import Stop

ZONE = ZoneInfo("Europe/Paris")
_UNITS = {"h": "hours", "d": "days", "w": "weeks"}


def moment(text: str, now: dt.datetime) -> dt.datetime:
    """A day (2026-11-23), a moment (2026-11-23T10:00), or how long ago (12h, 7d, 4w). Raises Stop."""
    ago = re.fullmatch(r"(\d{1,5})([hdw])", text)
    if ago:
        return now - dt.timedelta(**{_UNITS[ago[2]]: int(ago[1])})
    try:
        found = dt.datetime.fromisoformat(text)
    except ValueError:
        raise Stop(f"--since takes a day such as 2026-11-23, or 12h, 7d, 4w; not {text!r}") from None
    return found.replace(tzinfo=ZONE) if found.tzinfo is None else found
