"""French typography: no line begins with a question mark, and quotes are those of print.

Rule: pure, and it changes no word: only spaces, quotes and apostrophes.
"""

import re

NARROW = "\N{NARROW NO-BREAK SPACE}"
WIDE = "\N{NO-BREAK SPACE}"
APOSTROPHE = "\N{RIGHT SINGLE QUOTATION MARK}"

_FRENCH = (
    (re.compile(r"[ \u00a0\u202f]+([;!?])"), NARROW + r"\1"),
    (re.compile(r"[ \u00a0\u202f]+(:)(?=\s|$)"), WIDE + r"\1"),
    (re.compile(r"«[ \u00a0\u202f]*"), "«" + WIDE),
    (re.compile(r"[ \u00a0\u202f]*»"), WIDE + "»"),
    (re.compile(r"(?<=\d)[ \u202f](?=\d{3}(?:\D|$))"), NARROW),
    (re.compile(r"(?<=\d)[ ](?=[€%])"), WIDE),
)


def typeset(text: str, language: str) -> str:
    """A text as print has it."""
    text = re.sub(r"(?<=\w)'(?=\w)", APOSTROPHE, text)
    if language.startswith("fr"):
        for found, replaced in _FRENCH:
            text = found.sub(replaced, text)
    return text
