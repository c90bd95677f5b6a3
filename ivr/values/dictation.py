"""Digits and letters as they are dictated: singly, by pairs, by hundreds, "double zéro", "M comme Marie".

Rule: words can be cut in several ways ("soixante dix sept" is 77, 60 17, 70 7 or 60 10 7); of those that have the expected
length the one with the fewest pieces counts, and two that are equally good are ambiguous.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from ivr.values.base import NotUnderstood, Parsed, Understood
from ivr.values.letters import letters_at
from ivr.values.numbers import lexicon_of, readings
from ivr.values.text import word_set

_TIMES = {"double": 2, "doubles": 2, "triple": 3, "treble": 3, "quadruple": 4}
_COUNTS = {"deux": 2, "trois": 3, "quatre": 4, "cinq": 5, "two": 2, "three": 3, "four": 4, "five": 5}
_FILLERS = word_set(
    "alors euh heu ben bah donc oui voila et puis ensuite apres c est le la les l mon ma numero identifiant code de du d suivant "
    "suivante merci s il vous plait je vous donne il s agit tiret espace point virgule tout attache a j ai dit en fait bon "
    "er um so yes the my number is it s its and then please thank you code identifier ok okay well here dash space dot "
    ", . : / # * -"
)
_ENOUGH = 4
"""From this many digits of the expected length on, strange words around them do not matter."""
_CUTS = 2
_SHORT = 10
"""So many more pieces than the natural reading has may be cut to come to the expected length; one more beyond ten characters."""
_PIECE = 10
_FAR_FETCHED = 35
_CANDIDATES = 3


@dataclass(frozen=True, slots=True)
class Shape:
    """What is expected: so many characters; `allows` says whether one may stand at an index."""

    min: int
    max: int
    allows: Callable[[int, str], bool] = lambda _at, character: character.isdigit()
    letters: bool = False


Piece = tuple[str, int, int]
"""Characters, the index behind them, and what they cost."""


@dataclass(frozen=True, slots=True)
class _Best:
    cost: int
    texts: tuple[str, ...]


def read_dictated(said: Sequence[str], language: str, shape: Shape) -> Parsed:
    """The characters dictated, as text."""
    ways: list[dict[int, _Best]] = [{} for _ in range(len(said) + 1)]
    ways[0] = {0: _Best(0, ("",))}
    strange, alive = 0, 0
    for at in range(len(said)):
        if not ways[at]:
            continue
        alive = at
        pieces = list(_pieces(said, at, language, shape))
        for text, end, cost in pieces:
            _extend(ways[at], ways[end], text, cost, shape)
        if not pieces:
            strange += said[at] not in _FILLERS
            _extend(ways[at], ways[at + 1], "", 0, shape)
    if not ways[-1]:
        return NotUnderstood("long" if alive else "form")
    return _judged(ways[-1], shape, strange)


def _extend(before: dict[int, _Best], after: dict[int, _Best], text: str, cost: int, shape: Shape) -> None:
    for length, best in before.items():
        size = length + len(text)
        if size > shape.max or not all(shape.allows(length + at, character) for at, character in enumerate(text)):
            continue
        known = after.get(size)
        total = best.cost + cost
        if known is None or total < known.cost:
            after[size] = _Best(total, tuple(before + text for before in best.texts))
        elif total == known.cost:
            texts = dict.fromkeys([*known.texts, *(before + text for before in best.texts)])
            after[size] = _Best(total, tuple(texts)[:_CANDIDATES])


def _judged(ends: dict[int, _Best], shape: Shape, strange: int) -> Parsed:
    longest = max(ends)
    if longest == 0:
        return NotUnderstood("unclear")
    natural = min(best.cost for best in ends.values())
    bearable = natural + _PIECE * (_CUTS if shape.max <= _SHORT else _CUTS + 1)
    fitting = [best for length, best in sorted(ends.items()) if length >= max(shape.min, 1) and best.cost <= bearable]
    if strange and not (fitting and longest >= _ENOUGH and shape.min == shape.max):
        return NotUnderstood("unclear")
    if not fitting:
        return NotUnderstood("short")
    cost = min(best.cost for best in fitting)
    texts = [text for best in fitting if best.cost == cost for text in best.texts]
    return Understood(texts[0]) if len(texts) == 1 else NotUnderstood("ambiguous", tuple(texts))


def _pieces(said: Sequence[str], at: int, language: str, shape: Shape) -> Iterator[Piece]:
    token = said[at]
    if token[0].isdigit():
        yield "".join(character for character in token if character.isdigit()), at + 1, _PIECE
    for value, end in readings(said, at, language):
        if end > at + 1 or not token[0].isdigit():
            yield str(value), end, _PIECE
    if shape.letters:
        for letter, end in letters_at(said, at, language):
            yield letter, end, _PIECE
    yield from _repeated(said, at, language, shape)


def _repeated(said: Sequence[str], at: int, language: str, shape: Shape) -> Iterator[Piece]:
    """ "double zéro", "deux fois le six", "trois zéros"."""
    count, behind, cost = _TIMES.get(said[at], 0), at + 1, _PIECE
    if not count and said[at] in _COUNTS and at + 1 < len(said):
        count, cost = _COUNTS[said[at]], _FAR_FETCHED
        if said[at + 1] in ("fois", "times"):
            behind, cost = at + 2 + (said[at + 2 : at + 3] in (["le"], ["the"])), _PIECE
        elif said[at + 1] not in lexicon_of(language).zeros or (count == 2 and not said[at + 1].endswith("s")):
            return
        elif said[at + 1].endswith("s"):
            cost = _PIECE - 1
    if not count or behind >= len(said):
        return
    for value, end in readings(said, behind, language):
        if 0 <= value <= 9 and end == behind + 1:
            yield str(value) * count, end, cost
    if shape.letters:
        for letter, end in letters_at(said, behind, language):
            yield letter * count, end, cost
