"""Words spelled letter by letter: a name, a street.

Rule: the value is in capitals, accents kept; what comes in capitals is taken as it is written.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

from ivr.values.base import Context, NotUnderstood, Param, Parsed, Understood
from ivr.values.letters import letters_at
from ivr.values.numbers import cardinal, readings
from ivr.values.params import flag, flag_param, out_of_order, whole, whole_param
from ivr.values.plain import Plain
from ivr.values.text import LONGEST, word_set

_MOST = 60
_WRITTEN = re.compile(r"[^\W_](?:[^\W_]|[ '’-](?=[^\W_]))*")
_SIGNS = {
    "fr": {"tiret": "-", "apostrophe": "'", "espace": " "},
    "en": {"dash": "-", "hyphen": "-", "apostrophe": "'", "space": " "},
}
_SAID = {"fr": {"-": "tiret", "'": "apostrophe", " ": "espace"}, "en": {"-": "hyphen", "'": "apostrophe", " ": "space"}}
_COMBINING = ("\u0301", "\u0300", "\u0302", "\u0308", "\u0327", "\u0303")
_MARKS = {
    "accent aigu": "\u0301", "accent grave": "\u0300", "accent circonflexe": "\u0302", "circonflexe": "\u0302",
    "trema": "\u0308", "cedille": "\u0327", "tilde": "\u0303", "acute accent": "\u0301", "acute": "\u0301",
    "grave accent": "\u0300", "circumflex": "\u0302", "umlaut": "\u0308", "diaeresis": "\u0308", "cedilla": "\u0327",
}  # fmt: skip
_MARKS_SAID = {
    "fr": dict(zip(_COMBINING, ("accent aigu", "accent grave", "accent circonflexe", "tréma", "cédille", "tilde"), strict=True)),
    "en": dict(zip(_COMBINING, ("acute", "grave accent", "circumflex", "diaeresis", "cedilla", "tilde"), strict=True)),
}
_TWICE = {"fr": ("double", "deux"), "en": ("double", "two")}
_PREFACES = re.compile(r"\b(?:c est|s ecrit|j epelle|s epelle|je m appelle|it s|that s|i m)\b")
_FILLERS = word_set(
    "alors euh donc oui ca se mon nom prenom le la et puis ensuite lettre majuscule je vous epelle "
    "so it is my name the then letter capital er and spelled spelt , . : /"
)


class Spell(Plain):
    """`digits` takes digits too."""

    name = "spell"
    params: tuple[Param, ...] = (
        whole_param("min", "The fewest letters.", 1, _MOST),
        whole_param("max", "The most letters.", 1, _MOST),
        flag_param("digits", "Whether digits may be among the letters."),
    )

    def parse_words(self, words: str, ctx: Context) -> Parsed:
        written = self._written(words[:LONGEST], ctx)
        return self._sized(written, ctx) if written else super().parse_words(words, ctx)

    def _written(self, words: str, ctx: Context) -> str:
        """What is in capitals is a word, unless it is single letters with spaces between."""
        text = " ".join(unicodedata.normalize("NFC", words).replace("’", "'").split())
        pieces = text.split()
        if not text.isupper() or len(text) > _MOST or (len(pieces) > 1 and all(len(piece) == 1 for piece in pieces)):
            return ""
        good = _WRITTEN.fullmatch(text) and all(_spellable(sign, flag(ctx.params, "digits")) for sign in text)
        return text if good else ""

    def read(self, said: list[str], ctx: Context) -> Parsed:
        language = "en" if ctx.english else "fr"
        said = _PREFACES.sub(" ", " ".join(said)).split()
        spelled, at, strange = "", 0, 0
        while at < len(said) and len(spelled) <= _MOST:
            text, behind = self._sign(said, at, language, spelled, flag(ctx.params, "digits"))
            strange += not text and said[at] not in _FILLERS
            spelled = text if text.startswith("\0") else spelled + text
            spelled, at = spelled.lstrip("\0"), behind
        spelled = unicodedata.normalize("NFC", spelled).strip(" -'")
        if not spelled or strange:
            return NotUnderstood("unclear")
        return self._sized(spelled, ctx)

    def _sign(self, said: Sequence[str], at: int, language: str, before: str, digits: bool) -> tuple[str, int]:
        """The next characters and the index behind them; what begins with NUL replaces all that came before."""
        marked = _mark_at(said, at)
        if marked and before[-1:].isalpha():
            accented = unicodedata.normalize("NFC", before[-1] + marked[0])
            return ("\0" + before[:-1] + accented if len(accented) == 1 else ""), marked[1]
        if said[at] in _TWICE[language] and at + 1 < len(said) and not (digits and said[at] != "double"):
            doubled = letters_at(said, at + 1, language)
            if doubled and not letters_at(said, at, language)[:1]:
                return doubled[0][0] * 2, doubled[0][1]
        if said[at] in _SIGNS[language]:
            return _SIGNS[language][said[at]], at + 1
        found = letters_at(said, at, language)
        if found:
            return found[0]
        numbers = readings(said, at, language) if digits else []
        if numbers:
            return str(max(numbers, key=lambda reading: reading[1])[0]), max(numbers, key=lambda reading: reading[1])[1]
        return "", at + 1

    def _sized(self, value: str, ctx: Context) -> Parsed:
        if len(value) < (whole(ctx.params, "min") or 1):
            return NotUnderstood("short")
        return NotUnderstood("long") if len(value) > (whole(ctx.params, "max") or _MOST) else Understood(value)

    def check_params(self, params: Mapping[str, Any]) -> list[str]:
        found = super().check_params(params)
        return found or out_of_order(params, whole(params, "min"), whole(params, "max"))

    def say(self, value: Any, ctx: Context) -> str:
        return ", ".join(said for sign in str(value) for said in _say_sign(sign, "en" if ctx.english else "fr"))

    def show(self, value: Any, ctx: Context) -> str:
        """In capitals; spelled where that would not be read back."""
        text = str(value)
        return text if len(text) == 1 or self._written(text, ctx) == text else self.say(value, ctx)

    def grammar(self, ctx: Context) -> tuple[str, ...] | None:
        return None


def _spellable(sign: str, digits: bool) -> bool:
    if sign in " -'":
        return True
    if sign.isascii() and sign.isdigit():
        return digits
    plain = unicodedata.normalize("NFD", sign)
    return plain[0].isascii() and plain[0].isalpha() and len(plain) <= 2 and all(mark in _COMBINING for mark in plain[1:])


def _mark_at(said: Sequence[str], at: int) -> tuple[str, int] | None:
    for words, mark in _MARKS.items():
        parts = words.split()
        if list(said[at : at + len(parts)]) == parts:
            return mark, at + len(parts)
    return None


def _say_sign(sign: str, language: str) -> list[str]:
    if sign in _SAID[language]:
        return [_SAID[language][sign]]
    if sign.isdigit() and sign.isascii():
        return [cardinal(int(sign), language)]
    plain = unicodedata.normalize("NFD", sign)
    return [" ".join([plain[0], *(_MARKS_SAID[language].get(mark, "") for mark in plain[1:])]).strip()]
