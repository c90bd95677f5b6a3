"""Every value type by its name."""

from collections.abc import Mapping

from ivr.values import simple
from ivr.values.amount import Amount, Euros
from ivr.values.base import ValueType
from ivr.values.date import Date
from ivr.values.digits import Digits
from ivr.values.duration import Duration
from ivr.values.identifier import Identifier
from ivr.values.months import Month, Year
from ivr.values.number import Number
from ivr.values.phone import Phone
from ivr.values.spell import Spell
from ivr.values.time_of_day import Time
from ivr.values.yes_no import YesNo

_ALL: tuple[ValueType, ...] = (
    Digits(), Identifier(), Spell(), Number(), Amount(), Euros(), YesNo(), Phone(),
    Date(), Month(), Year(), Time(), Duration(), simple.FreeText(), simple.Open(), simple.Choice(),
)  # fmt: skip
TYPES: Mapping[str, ValueType] = {one.name: one for one in _ALL}


def value_type(name: str) -> ValueType:
    """The type of that name. Raises KeyError."""
    return TYPES[name]
