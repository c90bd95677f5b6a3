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

    def begins(self, word: str) -> bool:
        """Whether a number may begin with that word."""
        known = word in self.words or word in self.zeros or word in self.hundred or word in self.one_before_hundred
        return known or word.isdigit() or any(word in names for _, names in self.scales)
