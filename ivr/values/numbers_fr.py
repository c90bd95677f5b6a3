"""French cardinal and ordinal numbers in words, both ways.

Rule: written with the traditional hyphens; read without accents or hyphens, Belgian and Swiss tens understood.
"""

from collections.abc import Mapping, Sequence

from ivr.values.lexicon import Lexicon, Reading

_UNITS = [
    "zéro",
    "un",
    "deux",
    "trois",
    "quatre",
    "cinq",
    "six",
    "sept",
    "huit",
    "neuf",
    "dix",
    "onze",
    "douze",
    "treize",
    "quatorze",
    "quinze",
    "seize",
    "dix-sept",
    "dix-huit",
    "dix-neuf",
]
_TENS = ("", "dix", "vingt", "trente", "quarante", "cinquante", "soixante", "", "quatre-vingt")
_SCALES = ((10**9, "milliard"), (10**6, "million"))

UNITS: Mapping[str, int] = {
    **{word: number for number, word in enumerate(_UNITS[1:17], 1) if number},
    "une": 1,
    "uns": 1,
    "quatres": 4,
    "cinqs": 5,
}
TENS: Mapping[str, int] = {
    "vingt": 20,
    "vingts": 20,
    "trente": 30,
    "quarante": 40,
    "cinquante": 50,
    "soixante": 60,
    "septante": 70,
    "octante": 80,
    "huitante": 80,
    "nonante": 90,
}
ZEROS = frozenset({"zero", "zeros"})
HUNDRED = frozenset({"cent", "cents"})
SCALES: tuple[tuple[int, frozenset[str]], ...] = (
    (10**9, frozenset({"milliard", "milliards"})),
    (10**6, frozenset({"million", "millions"})),
    (10**3, frozenset({"mille", "milles", "mil"})),
)


def _cardinal(number: int, feminine: bool = False) -> str:
    """`number` (0 to 999,999,999,999) in words."""
    if number == 0:
        return _UNITS[0]
    words = []
    for scale, name in _SCALES:
        count, number = divmod(number, scale)
        if count:
            words.append(f"{_below_thousand(count)} {name}{'s' if count > 1 else ''}")
    thousands, number = divmod(number, 1000)
    if thousands:
        words.append("mille" if thousands == 1 else f"{_below_thousand(thousands, plural=False)} mille")
    if number:
        words.append(_below_thousand(number, feminine))
    return " ".join(words)


def _below_thousand(number: int, feminine: bool = False, plural: bool = True) -> str:
    hundreds, rest = divmod(number, 100)
    if not hundreds:
        return _below_hundred(rest, feminine, plural)
    said = "cent" if hundreds == 1 else f"{_UNITS[hundreds]} cent"
    if rest:
        return f"{said} {_below_hundred(rest, feminine, plural)}"
    return f"{said}s" if hundreds > 1 and plural else said


def _below_hundred(number: int, feminine: bool, plural: bool) -> str:
    if number < 20:
        return "une" if number == 1 and feminine else _UNITS[number]
    ten, unit = divmod(number, 10)
    if ten in (7, 9):
        ten, unit = ten - 1, unit + 10
    if unit == 0:
        return "quatre-vingts" if ten == 8 and plural else _TENS[ten]
    last = "une" if unit == 1 and feminine else _UNITS[unit]
    return f"{_TENS[ten]} et {last}" if unit in (1, 11) and ten != 8 else f"{_TENS[ten]}-{last}"


def _ordinal(number: int, feminine: bool = False) -> str:
    """`number` (from 1) as a rank."""
    if number == 1:
        return "première" if feminine else "premier"
    said = _cardinal(number)
    for plural in ("cents", "vingts", "millions", "milliards"):
        if said.endswith(plural):
            said = said[:-1]
    if said.endswith("e"):
        return f"{said[:-1]}ième"
    if said.endswith("cinq"):
        return f"{said}uième"
    return f"{said[:-1]}vième" if said.endswith("neuf") else f"{said}ième"


_RANKS: Mapping[str, str] = {"premier": "un", "premiere": "un", "second": "deux", "seconde": "deux", "dernier": ""}


def _rank_to_cardinal(token: str) -> str | None:
    """The cardinal word behind a rank ("neuvieme": "neuf"); nothing for another word."""
    if token in _RANKS:
        return _RANKS[token] or None
    stem = next((token[: -len(end)] for end in ("iemes", "ieme") if token.endswith(end)), None)
    if not stem:
        return None
    known = (UNITS, TENS)
    forms = [stem, f"{stem}e", *([stem[:-1]] if stem == "cinqu" else []), *(["neuf"] if stem == "neuv" else [])]
    others = {*HUNDRED, *(word for _, words in SCALES for word in words)}
    return next((form for form in forms if form in others or any(form in table for table in known)), None)


def _below_hundred_at(tokens: Sequence[str], at: int) -> list[Reading]:
    """Every number from 1 to 99 that begins at that token."""
    found = _below_twenty(tokens, at)
    bases: list[Reading] = []
    if at < len(tokens) and tokens[at] in TENS:
        bases.append((TENS[tokens[at]], at + 1))
    if tokens[at : at + 1] == ["quatre"] and at + 1 < len(tokens) and tokens[at + 1] in ("vingt", "vingts"):
        bases.append((80, at + 2))
    for base, end in bases:
        found.append((base, end))
        rest = end + 1 if tokens[end : end + 1] == ["et"] else end
        teens = base in (60, 80)
        found += [(base + unit, stop) for unit, stop in _below_twenty(tokens, rest) if unit < 10 or teens]
    return found


def _below_twenty(tokens: Sequence[str], at: int) -> list[Reading]:
    if at >= len(tokens) or tokens[at] not in UNITS:
        return []
    unit = UNITS[tokens[at]]
    found = [(unit, at + 1)]
    if unit == 10 and at + 1 < len(tokens) and tokens[at + 1] in ("sept", "huit", "neuf"):
        found.append((10 + UNITS[tokens[at + 1]], at + 2))
    return found


def _counts_hundreds(number: int) -> bool:
    """Whether that many hundreds are said: "trois cents", "dix-neuf cent"."""
    return 2 <= number <= 9 or 11 <= number <= 19


FRENCH = Lexicon(
    cardinal=_cardinal,
    ordinal=_ordinal,
    ranks=_rank_to_cardinal,
    below_hundred=_below_hundred_at,
    counts_hundreds=_counts_hundreds,
    scales=SCALES,
    words={**UNITS, **TENS},
    zeros=ZEROS,
    hundred=HUNDRED,
    one_unsaid=frozenset({10**3, 100}),
)
