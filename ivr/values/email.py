"""Electronic addresses, said or typed.

Rule: the value is in lower case; each piece of what we say reads back as itself, or it is spelled.
"""

import re
from collections.abc import Sequence
from typing import Any

from ivr.values.base import Context, NotUnderstood, Parsed, Understood
from ivr.values.corrections import last_of, split
from ivr.values.letters import letters_at
from ivr.values.numbers import cardinal, digitise, readings
from ivr.values.plain import Plain
from ivr.values.text import LONGEST, tokens, word_set

_LONGEST = 254
_ADDRESS = re.compile(r"[a-z0-9]+(?:[._+-]+[a-z0-9]+)*_*@(?:[a-z0-9]+(?:-+[a-z0-9]+)*\.)+[a-z]{2,24}")
_TYPED = re.compile(r"[^\s@,;:<>()]{1,64}@[^\s@,;:<>()]{1,190}")
_SIGNS = {
    "fr": (
        ("tiret du 6", "-"), ("tiret du six", "-"), ("tiret du 8", "_"), ("tiret du huit", "_"), ("tiret bas", "_"),
        ("sous tiret", "_"), ("trait d union", "-"),
        ("arobase", "@"), ("arobas", "@"), ("arrobase", "@"), ("a commercial", "@"), ("chez", "@"), ("at", "@"), ("@", "@"),
        ("point", "."), (".", "."), ("souligne", "_"), ("underscore", "_"), ("tiret", "-"), ("moins", "-"), ("plus", "+"),
        ("+", "+"),
    ),
    "en": (
        ("at sign", "@"), ("at", "@"), ("@", "@"), ("full stop", "."), ("dot", "."), ("point", "."), (".", "."),
        ("underscore", "_"), ("hyphen", "-"), ("dash", "-"), ("minus", "-"), ("plus", "+"), ("+", "+"),
    ),
}  # fmt: skip
_TABLES = {language: tuple((tuple(words.split()), sign) for words, sign in table) for language, table in _SIGNS.items()}
_SAID = {
    "fr": {"@": "arobase", ".": "point", "-": "tiret", "_": "tiret bas", "+": "plus"},
    "en": {"@": "at", ".": "dot", "-": "hyphen", "_": "underscore", "+": "plus"},
}
_PREFACE = re.compile(
    r"^(?:(?:alors|euh|donc|oui|so|er|yes) )*(?:(?:c est|mon (?:adresse|mail|e mail|email|courriel)|"
    r"l adresse|my (?:email|e mail|address)|it is|it s|adresse|mail|email|e mail|address|electronique|est|is) )+"
)
_FILLERS = word_set("euh er tout attache en minuscules minuscule all lower case one word , :")


class Email(Plain):
    """ "jean point dupont arobase exemple point fr"."""

    name = "email"

    def parse_words(self, words: str, ctx: Context) -> Parsed:
        typed = _TYPED.search(words[:1_000].lower())
        if typed and _ADDRESS.fullmatch(typed[0].rstrip(".")):
            return _checked(typed[0].rstrip("."))
        said = tokens(words[:LONGEST])
        if not said:
            return NotUnderstood("empty")
        return last_of(split(said, ctx.language, short=False), lambda part: self.read(part, ctx))

    def read(self, said: list[str], ctx: Context) -> Parsed:
        language = "en" if ctx.english else "fr"
        text = " ".join(said)
        preface = _PREFACE.match(text)
        address = _joined((text[preface.end() :] if preface else text).split()[:_LONGEST], language)
        if "@" not in address:
            return NotUnderstood("unclear")
        return _checked(address)

    def say(self, value: Any, ctx: Context) -> str:
        language = "en" if ctx.english else "fr"
        pieces = re.findall(r"[a-z]+|[0-9]+|.", str(value).lower())
        return " ".join(_say_piece(piece, language) for piece in pieces)

    def mask(self, value: Any) -> str:
        return "•••@•••"


def _checked(address: str) -> Parsed:
    if len(address) > _LONGEST:
        return NotUnderstood("long")
    return Understood(address) if _ADDRESS.fullmatch(address) else NotUnderstood("form")


def _joined(said: Sequence[str], language: str) -> str:
    """The words with their signs, figures and spelled letters, without spaces."""
    address, at = "", 0
    while at < len(said):
        text, at = _sign_at(said, at, language) or _explained_at(said, at, language) or _digits_at(said, at, language)
        address += text
    return address


def _sign_at(said: Sequence[str], at: int, language: str) -> tuple[str, int] | None:
    for words, sign in _TABLES[language]:
        if tuple(said[at : at + len(words)]) == words:
            return sign, at + len(words)
    return None


def _explained_at(said: Sequence[str], at: int, language: str) -> tuple[str, int] | None:
    """ "M comme Marie", "double vé", "i grec"; single letters stand for themselves."""
    long = [(letter, end) for letter, end in letters_at(said, at, language, names=False) if end > at + 1]
    return (long[0][0].lower(), long[0][1]) if long else None


def _digits_at(said: Sequence[str], at: int, language: str) -> tuple[str, int]:
    if said[at][0].isdigit():
        return re.sub(r"[^0-9.]", "", said[at]), at + 1
    found = max(readings(said, at, language), key=lambda reading: reading[1], default=None)
    if found is not None:
        return str(found[0]), found[1]
    return ("" if said[at] in _FILLERS else "".join(sign for sign in said[at] if sign.isalnum())), at + 1


def _say_piece(piece: str, language: str) -> str:
    if piece in _SAID[language]:
        return _SAID[language][piece]
    if piece.isdigit() and piece.isascii():
        return " ".join(cardinal(int(figure), language) for figure in piece)
    plain = (
        len(piece) > 1 and digitise([piece], language) == [piece] and piece not in _FILLERS and not _is_special(piece, language)
    )
    return piece if plain else " ".join(piece)


def _is_special(piece: str, language: str) -> bool:
    """Whether a word would be taken for something else than itself when it is heard."""
    signs = {word for words, _ in _TABLES[language] for word in words}
    return (
        piece in signs
        or _PREFACE.match(f"{piece} ") is not None
        or split([piece], language, short=False) != [[piece]]
        or piece in _PARTS
    )


_PARTS = word_set(
    "double i grec comme as in for like pour de v ve u you je c est me suis excusez moi veux dire voulais non ou no or mean that "
    "make scratch excuse wait my mistake et and a"
)
"""Words that mean something together with others."""
