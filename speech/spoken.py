"""What a voice is given to read: values in words, abbreviations and acronyms written out.

Rule: values are said by their types; this adds only what voices read badly.
"""

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache

from ivr.engine.prompts import Pause, Prompt, Value
from ivr.values.base import Context
from ivr.values.registry import value_type

_NO_DAY = dt.date(2000, 1, 1)

_AS_WORDS = {
    "fr": {"CAF", "URSSAF", "CNOUS", "CROUS", "PACS", "SMIC", "SIRET", "SIREN", "INSEE", "CESU", "ANTS", "FRANCE", "EMPLOI"},
    "en": {"NASA", "UNESCO", "PIN"},
}
"""Acronyms that people say as a word; others of two to five capitals are said letter by letter."""

_WRITTEN_OUT: Mapping[str, tuple[tuple[re.Pattern[str], str], ...]] = {
    "fr": tuple(
        (re.compile(pattern), words)
        for pattern, words in (
            (r"\b[nN]°\s*", "numéro "),
            (r"\bMme\b", "Madame"),
            (r"\bM\.(?=\s+[A-ZÀ-Ý])", "Monsieur"),
            (r"\b1er\b", "premier"),
            (r"\b1re\b", "première"),
            (r"(?<=\d)\s*%", " pour cent"),
            (r"(?<=\d)\s*€", " euros"),
            (r"\s*@\s*", " arobase "),
            (r"\bp\. ex\.", "par exemple"),
            (r"\betc\.", "et cetera"),
            (r"#", "dièse"),
            (r"\*", "étoile"),
            (r"&", " et "),
        )
    ),
    "en": tuple(
        (re.compile(pattern), words)
        for pattern, words in (
            (r"\bNo\.\s*(?=\d)", "number "),
            (r"(?<=\d)\s*%", " per cent"),
            (r"(?<=\d)\s*€", " euros"),
            (r"€\s*(?=\d)", "euros "),
            (r"\s*@\s*", " at "),
            (r"\be\.g\.", "for example"),
            (r"\betc\.", "et cetera"),
            (r"#", "hash"),
            (r"\*", "star"),
            (r"&", " and "),
        )
    ),
}
_ACRONYM = re.compile(r"(?<![\w-])[A-ZÀ-Ý]{2,8}(?![\w-])")
_LONGEST_SPELLED = 5
_SPACES = re.compile(r"\s+")


def pieces(prompt: Prompt) -> Iterator[str | int]:
    """Texts to be read and pauses in milliseconds, in their order; no two texts stand beside each other."""
    words: list[str] = []
    for part in prompt.parts:
        if isinstance(part, Pause):
            if text := readable("".join(words), prompt.language):
                yield text
            words = []
            yield part.ms
        elif isinstance(part, Value):
            words.append(value_type(part.type).say(part.value, Context(prompt.language, _NO_DAY, part.params)))
        else:
            words.append(part.text)
    if text := readable("".join(words), prompt.language):
        yield text


@lru_cache(4_096)
def readable(text: str, language: str) -> str:
    """Abbreviations written out, acronyms as people say them."""
    for pattern, words in _WRITTEN_OUT.get(language, ()):
        text = pattern.sub(words, text)
    text = _ACRONYM.sub(lambda found: _acronym(found[0], language), text)
    return _SPACES.sub(" ", text.replace("\0", " ")).strip()


def _acronym(letters: str, language: str) -> str:
    if letters in _AS_WORDS.get(language, set()):
        return letters.capitalize()
    return " ".join(letters) if len(letters) <= _LONGEST_SPELLED else letters
