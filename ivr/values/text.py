"""Texts in the form in which they are compared."""

import re
import unicodedata

LONGEST = 10_000


def normalise(text: str) -> str:
    """Lower case, no accents, apostrophes and hyphens as spaces, no punctuation, single spaces; at most 10,000 characters."""
    plain = unicodedata.normalize("NFKD", text[:LONGEST].lower().replace("œ", "oe").replace("æ", "ae"))
    bare = "".join(character for character in plain if not unicodedata.combining(character))
    return " ".join(re.sub(r"[^a-z0-9€$%+*#@./,:]+", " ", bare).split())


_TOKEN = re.compile(r"\d+(?:[.,]\d+)*|[a-z]+|[^\sa-z\d]")


def tokens(text: str) -> list[str]:
    """Words, figures (with their decimals) and single signs of a normalised text: "14h30" is "14", "h", "30"."""
    return _TOKEN.findall(normalise(text))


def word_set(words: str) -> frozenset[str]:
    """The words of a table."""
    return frozenset(words.split())
