"""Check digits of identifiers, by name.

Rule: a check answers whether a number may be right; it never raises.
"""

from collections.abc import Callable, Mapping

from stdnum import damm, iban, luhn, verhoeff
from stdnum.exceptions import ValidationError
from stdnum.fr import nif, nir, siren, siret

KEY_MODULUS = 97

_VALIDATE: Mapping[str, Callable[[str], str]] = {
    "damm": damm.validate,
    "iban": iban.validate,
    "luhn": luhn.validate,
    "nif": nif.validate,
    "nir": nir.validate,
    "siren": siren.validate,
    "siret": siret.validate,
    "verhoeff": verhoeff.validate,
}
LENGTHS: Mapping[str, int] = {"nif": 13, "nir": 15, "siren": 9, "siret": 14}
"""Of numbers that have one length only."""


def _key_97(value: str) -> bool:
    """The last two digits are 97 less the remainder of those before them."""
    return value.isdigit() and len(value) > 2 and int(value[-2:]) == KEY_MODULUS - int(value[:-2]) % KEY_MODULUS


NAMES = (*sorted((*_VALIDATE, "key97")),)


def passes(check: str, value: str) -> bool:
    """Whether the check digits are right; an unknown check refuses nothing."""
    if check == "key97":
        return _key_97(value)
    validate = _VALIDATE.get(check)
    if validate is None:
        return True
    try:
        validate(value)
    except (ValidationError, ValueError, ArithmeticError, IndexError):
        return False
    return True
