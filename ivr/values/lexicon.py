"""What a language knows of its numbers.

Rule: data and two functions a language; how numbers are put together stands in `numbers`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

Reading = tuple[int, int]
"""A value and the index behind its last token."""


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Scales are thousand, million ... from the greatest; before those in `one_unsaid` "one" is not said."""

    cardinal: Callable[[int, bool], str]
    ordinal: Callable[[int, bool], str]
    ranks: Callable[[str], str | None]
    below_hundred: Callable[[Sequence[str], int], list[Reading]]
    counts_hundreds: Callable[[int], bool]
    scales: tuple[tuple[int, frozenset[str]], ...]
    words: Mapping[str, int]
    zeros: frozenset[str]
    hundred: frozenset[str]
    one_unsaid: frozenset[int] = frozenset()
    one_before_hundred: frozenset[str] = frozenset()
    joins: frozenset[str] = frozenset()
