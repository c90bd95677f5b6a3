"""The parameters of fields: what they may be, and reading them.

Rule: reading never raises; what is wrong was told by `faults` when the service was checked, the default stands in for it.
"""

import datetime as dt
import difflib
import re
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from ivr.values.base import Param

_FIGURES, _PLACES = 15, 12


def faults(known: Sequence[Param], params: Mapping[str, Any]) -> list[str]:
    """What is wrong, parameter by parameter."""
    by_name = {param.name: param for param in known}
    found = []
    for name, value in params.items():
        if name not in by_name:
            found.append(_unknown(name, list(by_name)))
        elif (fault := by_name[name].fault(value)) is not None:
            found.append(f"'{name}' {fault}")
    return found


def _unknown(name: str, known: list[str]) -> str:
    if not known:
        return f"'{name}' is no parameter of this type, which has none"
    near = difflib.get_close_matches(str(name), known, 1)
    hint = f"did you mean '{near[0]}'?" if near else f"it has {', '.join(known)}"
    return f"'{name}' is no parameter of this type; {hint}"


def out_of_order(params: Mapping[str, Any], least: Any, most: Any) -> list[str]:
    """The fault of bounds that leave nothing between them."""
    if least is None or most is None or least <= most:
        return []
    return [f"'min' ({params.get('min')}) is more than 'max' ({params.get('max')})"]


def whole(params: Mapping[str, Any], name: str, default: int | None = None) -> int | None:
    value = decimal(params.get(name))
    return default if value is None or value != value.to_integral_value() else int(value)


def decimal(value: Any) -> Decimal | None:
    """A number that people use (below 10^15, at most 12 places), from a number or its text."""
    if isinstance(value, bool) or value is None:
        return None
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    exponent = number.as_tuple().exponent
    usual = isinstance(exponent, int) and exponent >= -_PLACES and (number == 0 or number.adjusted() < _FIGURES)
    return number if usual else None


def flag(params: Mapping[str, Any], name: str, default: bool = False) -> bool:
    value = params.get(name, default)
    return value if isinstance(value, bool) else str(value).lower() in ("yes", "true", "1")


def day(value: Any, today: dt.date) -> dt.date | None:
    """A bound: a date, "2026-03-15", "today", "today+30" or "today-10" (days)."""
    if isinstance(value, dt.date):
        return value
    found = re.fullmatch(r"today(?:\s*([+-])\s*(\d{1,5}))?", str(value).strip())
    try:
        if found:
            days = int(found[2] or 0)
            return today + dt.timedelta(days=-days if found[1] == "-" else days)
        return dt.date.fromisoformat(str(value).strip())
    except (ValueError, OverflowError):
        return None


def whole_param(name: str, doc: str, least: int = 0, most: int = 10**12) -> Param:
    def fault(value: Any) -> str | None:
        number = whole({"it": value}, "it")
        return None if number is not None and least <= number <= most else f"must be a whole number from {least} to {most}"

    return Param(name, doc, fault)


def number_param(name: str, doc: str) -> Param:
    return Param(name, doc, lambda value: None if decimal(value) is not None else "must be a number")


def flag_param(name: str, doc: str) -> Param:
    def fault(value: Any) -> str | None:
        good = isinstance(value, bool) or str(value).lower() in ("yes", "no", "true", "false", "0", "1")
        return None if good else "must be yes or no"

    return Param(name, doc, fault)


def option_param(name: str, doc: str, options: Sequence[str]) -> Param:
    return Param(name, doc, lambda value: None if value in options else f"must be one of {', '.join(options)}")


def day_param(name: str, doc: str) -> Param:
    def fault(value: Any) -> str | None:
        good = day(value, dt.date(2000, 1, 1)) is not None
        return None if good else "must be a date such as 2026-03-15, today, today+30 or today-10"

    return Param(name, doc, fault)


def pattern_param(name: str, doc: str, pattern: str, shape: str) -> Param:
    return Param(name, doc, lambda value: None if re.fullmatch(pattern, str(value)) else f"must be {shape}")
