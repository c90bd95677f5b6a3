"""Values to JSON and back: sessions, events, commands and turns are written between any two turns.

Rule: `decode(encode(x)) == x` for every registered dataclass and every scalar below; arrays come back as tuples.
"""

import dataclasses
import datetime as dt
import decimal
import enum
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

Json = None | bool | int | float | str | list[Any] | dict[str, Any]

T = TypeVar("T", bound=type)

_KINDS: dict[str, type] = {}
_ENUMS: dict[str, type[enum.Enum]] = {}
_SCALARS: dict[str, Callable[[str], object]] = {
    "decimal": decimal.Decimal,
    "datetime": dt.datetime.fromisoformat,
    "date": dt.date.fromisoformat,
    "time": dt.time.fromisoformat,
}


class CodecError(ValueError):
    """Something that is neither a registered kind nor a JSON value."""


def kind(cls: T) -> T:
    """Register a frozen dataclass or an enum under its own name."""
    if issubclass(cls, enum.Enum):
        _ENUMS[cls.__name__] = cls
    elif "kind" in getattr(cls, "__annotations__", {}):
        raise CodecError(f"{cls.__name__} has a field 'kind', which the written form needs for itself")
    else:
        _KINDS[cls.__name__] = cls
    return cls


def kinds() -> Mapping[str, type]:
    """Every registered dataclass by name."""
    return dict(_KINDS)


def encode(value: object) -> Json:
    """A JSON value that `decode` turns back into `value`; raises CodecError for what has no form."""
    if isinstance(value, enum.Enum):
        return {"kind": type(value).__name__, "name": value.name}
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, (list, tuple)):
        return [encode(item) for item in value]
    if isinstance(value, Mapping):
        return _encode_map(value)
    if dataclasses.is_dataclass(value) and type(value).__name__ in _KINDS:
        return _encode_dataclass(value)
    return _encode_scalar(value)


def _encode_map(value: Mapping[Any, Any]) -> Json:
    if not all(isinstance(key, str) for key in value):
        raise CodecError("only text keys can be written")
    items = {key: encode(item) for key, item in value.items()}
    return {"kind": "map", "items": items} if "kind" in items else items


def _encode_dataclass(value: Any) -> Json:
    """Fields that hold their default are left out: a turn is written thousands of times a second."""
    form: dict[str, Any] = {"kind": type(value).__name__}
    for field in dataclasses.fields(value):
        item = getattr(value, field.name)
        if field.default is not dataclasses.MISSING and item == field.default and type(item) is type(field.default):
            continue
        form[field.name] = encode(item)
    return form


def _encode_scalar(value: object) -> Json:
    if isinstance(value, decimal.Decimal):
        return {"kind": "decimal", "text": str(value)}
    if isinstance(value, dt.datetime):
        return {"kind": "datetime", "text": value.isoformat()}
    if isinstance(value, dt.date):
        return {"kind": "date", "text": value.isoformat()}
    if isinstance(value, dt.time):
        return {"kind": "time", "text": value.isoformat()}
    raise CodecError(f"{type(value).__name__} cannot be written in a session")


def decode(form: Json) -> Any:
    """The value that `encode` wrote; raises CodecError for an unknown kind."""
    if isinstance(form, list):
        return tuple(decode(item) for item in form)
    if not isinstance(form, dict):
        return form
    name = form.get("kind")
    if name is None:
        return {key: decode(item) for key, item in form.items()}
    if name == "map":
        return {key: decode(item) for key, item in form["items"].items()}
    if name in _SCALARS:
        return _SCALARS[name](form["text"])
    if name in _ENUMS:
        return _ENUMS[name][form["name"]]
    if name not in _KINDS:
        raise CodecError(f"unknown kind {name!r}")
    return _KINDS[name](**{key: decode(item) for key, item in form.items() if key != "kind"})


def freeze(value: object) -> Any:
    """What a handler answered, in the form that `decode` would give back; raises CodecError for what cannot be written."""
    return decode(encode(value))
