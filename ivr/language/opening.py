"""Opening hours as menu files write them: days, ranges, public holidays, exceptions."""

import datetime as dt
import re
from functools import cache

import holidays

from ivr.engine.flow import Hours
from ivr.language.desk import Desk
from ivr.language.nodes import Mapping, Node, Scalar, Sequence, called
from ivr.language.shapes import Date, Schema, text_of

DAYS = {
    "monday": 0, "tuesday": 1, "wednesday": 2, "thursday": 3, "friday": 4, "saturday": 5, "sunday": 6,
    "lundi": 0, "mardi": 1, "mercredi": 2, "jeudi": 3, "vendredi": 4, "samedi": 5, "dimanche": 6,
}  # fmt: skip
_DAY = "|".join(DAYS)
DAYS_KEY = rf"({_DAY})( (to|au|à) ({_DAY}))?"
_RANGE = r"([01][0-9]|2[0-3]):[0-5][0-9]-(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)"
RANGES = rf"{_RANGE}(, ?{_RANGE})*"
CLOSED = "closed"
# A version is the same whenever it is read: public holidays are worked out for a fixed stretch of years.
YEARS = range(2024, 2041)
COUNTRY = "FR"

Ranges = tuple[tuple[dt.time, dt.time], ...]


class HoursShape:
    """A block of days with their hours, `holidays` and `exceptions`."""

    def read(self, node: Node, desk: Desk) -> Hours | None:
        if not isinstance(node, Mapping):
            desk.fault("wrong-shape", node.place, f"a block of days belongs here, not {called(node)}")
            return None
        weekly: list[tuple[int, dt.time, dt.time]] = []
        on_holidays: Ranges | None = None
        exceptions: dict[dt.date, Ranges] = {}
        for entry in node:
            if entry.key.text == "holidays":
                on_holidays = _ranges(entry.value, desk)
            elif entry.key.text == "exceptions":
                exceptions = _exceptions(entry.value, desk)
            else:
                weekly += [(day, *span) for day in _days(entry.key, desk) for span in _ranges(entry.value, desk) or ()]
        if on_holidays is not None:
            exceptions = {**{day: on_holidays for day in public_holidays()}, **exceptions}
        return Hours(tuple(sorted(weekly)), exceptions)

    def schema(self) -> Schema:
        ranges = {"anyOf": [{"const": CLOSED}, _pattern(RANGES), {"type": "array", "items": _pattern(_RANGE)}]}
        return {
            "type": "object",
            "additionalProperties": False,
            "patternProperties": {f"^(?:{DAYS_KEY})$": ranges},
            "properties": {
                "holidays": {**ranges, "description": "Hours on public holidays: closed, or '10:00-12:00'."},
                "exceptions": {
                    "type": "object",
                    "propertyNames": Date().schema(),
                    "additionalProperties": ranges,
                    "description": "Hours of single days.",
                },
            },
        }


def _pattern(pattern: str) -> Schema:
    return {"type": "string", "pattern": f"^(?:{pattern})$"}


@cache
def public_holidays() -> tuple[dt.date, ...]:
    """Those of metropolitan France."""
    return tuple(sorted(holidays.country_holidays(COUNTRY, years=YEARS)))


def _days(key: Scalar, desk: Desk) -> tuple[int, ...]:
    match = re.fullmatch(DAYS_KEY, key.text)
    if match is None:
        desk.fault(
            "bad-hours", key.place, f"'{key.text[:40]}' is neither a day nor 'DAY to DAY'", "for instance 'monday to friday'"
        )
        return ()
    first = DAYS[match[1]]
    last = DAYS[match[4]] if match[4] else first
    return tuple((first + number) % 7 for number in range((last - first) % 7 + 1))


def _ranges(node: Node, desk: Desk) -> Ranges | None:
    if isinstance(node, Sequence):
        return tuple(span for item in node.items if text_of(item, desk, "hours") for span in _ranges(item, desk) or ())
    scalar = text_of(node, desk, "hours")
    if scalar is None or scalar.text == CLOSED:
        return () if scalar else None
    if not re.fullmatch(RANGES, scalar.text):
        desk.fault("bad-hours", scalar.place, f"'{scalar.text[:40]}' is not hours", 'write "08:30-12:00, 13:30-16:30" or closed')
        return None
    spans = [span.strip().split("-") for span in scalar.text.split(",")]
    read = tuple((dt.time.fromisoformat(opens), _closing(closes)) for opens, closes in spans)
    for opens, closes in read:
        if opens >= closes:
            desk.fault("bad-hours", scalar.place, f"{opens:%H:%M} is not before {closes:%H:%M}", "the opening hour comes first")
    return read


def _closing(text: str) -> dt.time:
    return dt.time.max if text == "24:00" else dt.time.fromisoformat(text)


def _exceptions(node: Node, desk: Desk) -> dict[dt.date, Ranges]:
    if not isinstance(node, Mapping):
        desk.fault("wrong-shape", node.place, f"a block 'date: hours' belongs here, not {called(node)}")
        return {}
    found: dict[dt.date, Ranges] = {}
    for entry in node:
        day, ranges = Date().read(entry.key, desk), _ranges(entry.value, desk)
        if day is not None and ranges is not None:
            found[day] = ranges
    return found
