"""Every value type by its name."""

from collections.abc import Mapping

from ivr.values.amount import Amount, Euros
from ivr.values.base import ValueType
from ivr.values.choice import Choice
from ivr.values.date import Date
from ivr.values.digits import Digits
from ivr.values.duration import Duration
from ivr.values.email import Email
from ivr.values.free_text import FreeText, Open
from ivr.values.identifier import Identifier
from ivr.values.months import Month, Year
from ivr.values.number import Number
from ivr.values.ordinal import Ordinal
from ivr.values.phone import Phone
from ivr.values.spell import Spell
from ivr.values.time_of_day import Time
from ivr.values.yes_no import YesNo

_ALL: tuple[ValueType, ...] = (
    Digits(), Identifier(), Number(), Amount(), Euros(), YesNo(), Phone(), Email(), Date(), Month(), Year(), Time(), Duration(),
    Ordinal(), Spell(), FreeText(), Open(), Choice(),
)  # fmt: skip
TYPES: Mapping[str, ValueType] = {one.name: one for one in _ALL}


def value_type(name: str) -> ValueType:
    """The type of that name. Raises KeyError."""
    return TYPES[name]
