"""A call's secrets, in memory, for as long as the call lasts.

Rule: digits go in here and come out only to a handler, or to the ear of the caller who keyed them when they may be spoken.
"""

from ivr.engine.events import Heard, Pressed
from ivr.engine.secrets import Secret
from ivr.values.base import Context, NotUnderstood, Understood
from ivr.values.registry import value_type


class Vault:
    """References are `s1`, `s2`...; `caller` is the caller's number."""

    def __init__(self, caller_number: str = "") -> None:
        self._kept: dict[str, str] = {"caller": caller_number}

    def keep(self, digits: str, shape: str, valid: bool, spoken: bool) -> Secret:
        ref = f"s{len(self._kept)}"
        self._kept[ref] = digits
        return Secret(ref, shape, len(digits), valid, spoken)

    def reveal(self, secret: Secret) -> str:
        """The digits. Raises KeyError for a reference of another call."""
        return self._kept[secret.ref]

    def forget(self) -> None:
        self._kept.clear()


def conceal(event: Pressed | Heard, shape: str, spoken: bool, context: Context, vault: Vault) -> Pressed | Heard:
    """The same event with its digits in the vault. Keys that ask for something else (back, agent) stay as they are."""
    if isinstance(event, Pressed):
        if event.keys in ("", "*", "#") or (event.keys == "0" and event.ended_by in ("#", "timeout")):
            return event
        secret = _kept(value_type(shape).parse_keys(event.keys, context), event.keys, shape, spoken, vault)
        return Pressed(event.at, "", event.ended_by, secret, event.heard)
    universals = tuple(meaning for meaning in event.meanings if meaning.name.startswith("universal:"))
    if universals:
        return Heard(event.at, "", event.confidence, universals, heard=event.heard)
    secret = _kept(value_type(shape).parse_words(event.words, context), event.words, shape, spoken, vault)
    return Heard(event.at, "", event.confidence, secret=secret, heard=event.heard)


def _kept(parsed: Understood | NotUnderstood, raw: str, shape: str, spoken: bool, vault: Vault) -> Secret:
    if isinstance(parsed, Understood):
        return vault.keep(str(parsed.value), shape, True, spoken)
    return vault.keep(raw, shape, False, spoken)
