"""Letters as they are named and spelled: "emme", "i grec", "double vé", "M comme Marie", "Mike".

Rule: where a word explains a letter ("B comme Bernard"), the word is believed.
"""

from collections.abc import Mapping, Sequence

from ivr.values.text import word_set

Reading = tuple[str, int]
"""A capital letter and the index behind it."""

_FRENCH_NAMES = (
    "A a ah|B be bee bai|C ce ses|D de des|E e eu euh|F effe ef|G ge jai|H hache ache|I i|J ji gi|K ka cas|L elle el|M emme em|"
    "N enne haine|O o eau oh|P pe|Q qu cu ku|R erre air|S esse es|T te the|U u|V ve|X ixe ix|Y y igrec|Z zede zed"
)
_ENGLISH_NAMES = (
    "A a ay|B b bee be|C c see sea|D d dee|E e|F f ef|G g gee|H h aitch haitch|I i eye|J j jay|K k kay|L l el ell|M m em|N n en|"
    "O o oh|P p pea|Q q queue cue|R r are|S s es ess|T t tea tee|U u you|V v vee|X x ex|Y y why|Z z zed zee"
)
_SPELLING = word_set(
    "alpha alfa bravo charlie delta echo foxtrot golf hotel india juliet juliett kilo lima mike november oscar papa quebec romeo "
    "sierra tango uniform victor whiskey whisky xray yankee zulu anatole berthe celestin desire eugene gaston henri irma joseph "
    "kleber louis marcel nicolas pierre quintal raoul suzanne therese ursule"
)
_AS = {
    "fr": (("comme",), ("pour",), ("de",)),
    "en": (("as", "in"), ("for",), ("like",)),
}
_TWO = {"fr": (("double", "v"), ("double", "ve"), ("i", "grec")), "en": (("double", "u"), ("double", "you"), ("double", "v"))}


def _names(table: str) -> Mapping[str, str]:
    rows = [row.split() for row in table.split("|")]
    named = {name: row[0] for row in rows for name in row[1:]}
    return {**{letter: letter.upper() for letter in "abcdefghijklmnopqrstuvwxyz"}, **named}


_NAMES = {"fr": _names(_FRENCH_NAMES), "en": _names(_ENGLISH_NAMES)}


def letters_at(said: Sequence[str], at: int, language: str, names: bool = True) -> list[Reading]:
    """The letters that may begin at that token, the longest way of naming first; without `names`, single letters only."""
    language = "en" if language.startswith("en") else "fr"
    found: list[Reading] = []
    if tuple(said[at : at + 2]) in _TWO[language]:
        found.append(("Y" if said[at] == "i" else "W", at + 2))
    token = said[at]
    if names and token in _NAMES[language]:
        found.append((_NAMES[language][token], at + 1))
    elif len(token) == 1 and token.isalpha():
        found.append((token.upper(), at + 1))
    elif names and token in _SPELLING:
        found.append((token[0].upper(), at + 1))
    return _explained(said, found, language) or found


def _explained(said: Sequence[str], found: list[Reading], language: str) -> list[Reading]:
    explained = []
    for letter, end in found:
        for phrase in _AS[language]:
            behind = end + len(phrase)
            if tuple(said[end:behind]) != phrase or behind >= len(said) or not said[behind].isalpha():
                continue
            initial = said[behind][0].upper()
            # "de" and "pour" join other words too: they explain only the letter that the word begins with.
            if len(said[behind]) > 1 and (phrase in (("comme",), ("as", "in")) or initial == letter):
                explained.append((initial, behind + 1))
    return explained
