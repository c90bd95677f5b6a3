"""Corrections inside one utterance: "le quinze, non pardon, le seize".

Rule: what comes last counts, unless nothing of the kind asked for is in it.
"""

from collections.abc import Callable, Mapping, Sequence

from ivr.values.base import NotUnderstood, Parsed, Understood

_FRENCH = (
    "non pardon", "pardon", "non plutot", "ou plutot", "plutot", "je veux dire", "je voulais dire", "je me suis trompe",
    "je me suis trompee", "excusez moi", "je corrige", "rectification", "c est faux", "ah non", "euh non", "mais non", "erreur",
)  # fmt: skip
_FRENCH_SHORT = ("non", "enfin", "attendez", "en fait")
_ENGLISH = (
    "no sorry", "sorry", "i mean", "i meant", "no wait", "or rather", "correction", "make that", "scratch that", "my mistake",
    "excuse me",
)  # fmt: skip
_ENGLISH_SHORT = ("no", "wait", "rather", "actually")


def _table(*phrases: str) -> Mapping[str, list[tuple[str, ...]]]:
    """The phrases by their first word, the longest first."""
    table: dict[str, list[tuple[str, ...]]] = {}
    for phrase in sorted((tuple(phrase.split()) for phrase in phrases), key=len, reverse=True):
        table.setdefault(phrase[0], []).append(phrase)
    return table


_MARKS = {
    ("fr", True): _table(*_FRENCH, *_FRENCH_SHORT),
    ("fr", False): _table(*_FRENCH),
    ("en", True): _table(*_ENGLISH, *_ENGLISH_SHORT),
    ("en", False): _table(*_ENGLISH),
}


def split(said: Sequence[str], language: str, short: bool = True) -> list[list[str]]:
    """The utterance between its corrections, what is empty left out; `short` takes a bare "non" for one too."""
    marks = _MARKS["en" if language.startswith("en") else "fr", short]
    parts: list[list[str]] = [[]]
    at = 0
    while at < len(said):
        mark = next((mark for mark in marks.get(said[at], ()) if tuple(said[at : at + len(mark)]) == mark), None)
        if mark is None:
            parts[-1].append(said[at])
            at += 1
        else:
            parts.append([])
            at += len(mark)
    return [part for part in parts if any(sign.isalnum() for word in part for sign in word)]


def last_word(said: Sequence[str], language: str, read: Callable[[list[str]], Parsed]) -> Parsed:
    """What the caller settled on: the last part in which `read` finds something."""
    return last_of(split(said, language), read)


def last_of(parts: Sequence[list[str]], read: Callable[[list[str]], Parsed]) -> Parsed:
    for part in reversed(parts):
        parsed = read(part)
        if isinstance(parsed, Understood) or parsed.reason not in ("unclear", "empty"):
            return parsed
    return NotUnderstood("unclear")
