"""Yes and no in all their manners.

Rule: whole phrases before single words ("pas de problème" is a yes), the last word after a correction; yes and no together are
neither.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from ivr.values.base import Context, KeyLimits, NotUnderstood, Parsed, Understood
from ivr.values.plain import Plain
from ivr.values.text import normalise, tokens

YES_KEY, NO_KEY = "1", "2"
_MOST_WORDS = 25

_PHRASES = {
    ("fr", True): (
        "oui|ouais|ouai|ouaip|oui oui|mais oui|ben oui|bah oui|oui bien sûr|oui tout à fait|oui c'est ça|oui merci|"
        "oui s'il vous plaît|si|bien sûr|bien entendu|tout à fait|exact|exactement|c'est exact|c'est ça|"
        "c'est bien ça|c'est cela|c'est bien cela|c'est bon|c'est juste|c'est correct|correct|parfait|parfaitement|"
        "absolument|effectivement|en effet|évidemment|certainement|d'accord|ok|okay|ça marche|ça me va|"
        "ça me convient|je veux bien|volontiers|avec plaisir|je confirme|je valide|je suis d'accord|affirmatif|"
        "entendu|pas de problème|aucun problème|sans problème|pas de souci|aucun souci|pourquoi pas|sans doute|vrai|"
        "c'est vrai|c'est bien|très bien|c'est très bien|ça va bien|pas mal|yes|yep|allez-y|vas-y|carrément|nickel|"
        "impeccable|voilà|un"
    ),
    ("fr", False): (
        "non|non non|non c'est bon|non ça va|no|mais non|ben non|bah non|oh non|non merci|non pas du tout|"
        "pas du tout|du tout|pas vraiment|pas exactement|pas tout à fait|pas encore|pas d'accord|"
        "je ne suis pas d'accord|je suis pas d'accord|pas ça|c'est pas ça|ce n'est pas ça|ce n'est pas cela|"
        "c'est pas bon|ce n'est pas bon|c'est faux|faux|c'est pas exact|ce n'est pas exact|incorrect|inexact|"
        "aucunement|jamais|négatif|surtout pas|certainement pas|absolument pas|bien sûr que non|sûrement pas|"
        "je ne veux pas|je veux pas|je refuse|je ne confirme pas|je confirme pas|c'est une erreur|erreur|nan|naan|"
        "pas question|hors de question|ça ne me va pas|ça me va pas|ça ne me convient pas|ça me convient pas|"
        "ça ne va pas|ce n'est pas vrai|c'est pas vrai|pas|deux|ni l'un ni l'autre|rien du tout|pas correct|"
        "ce n'est pas correct|ce n'est pas juste|c'est pas juste"
    ),
    ("en", True): (
        "yes|yeah|yep|yup|yes please|yes it is|yes I do|yes thank you|sure|of course|certainly|absolutely|exactly|"
        "correct|right|that's right|that is right|that's correct|that is correct|that's it|indeed|definitely|ok|okay|"
        "fine|all right|alright|I agree|agreed|I confirm|no problem|no worries|why not|it is|I do|I am|true|go ahead|"
        "please do|one"
    ),
    ("en", False): (
        "no|nope|nah|no that's fine|no I'm fine|no it's fine|no that's ok|no that's okay|no that's all right|"
        "no thanks|no thank you|not at all|not really|not quite|not exactly|not yet|not correct|not right|"
        "that's not right|that is not right|that's not correct|that's wrong|wrong|incorrect|never|negative|"
        "certainly not|absolutely not|definitely not|of course not|I don't|I do not|it isn't|it is not|it's not|"
        "I'm not|I disagree|false|no way|not|don't|two"
    ),
}
_UNSURE = {
    "fr": (
        "je ne sais pas|je sais pas|j'en sais rien|je n'en sais rien|chais pas|aucune idée|pas sûr|pas sûre|pas certain|"
        "pas certaine|"
        "je ne comprends pas|je comprends pas|pas compris|je ne vous entends pas|je vous entends pas|je n'entends pas|"
        "j'entends pas|"
        "je ne me souviens pas|je me souviens pas|je ne me rappelle pas|je me rappelle pas|je ne peux pas vous dire|ça dépend"
    ),
    "en": (
        "I don't know|I do not know|not sure|I'm not sure|I am not sure|not certain|no idea|I don't understand|"
        "I do not understand|I didn't understand|"
        "I did not understand|I can't hear|I don't remember|I do not remember|it depends"
    ),
}
"""What is neither, although there is a "pas" or a "not" in it."""
_CORRECTIONS = {
    "fr": (
        ("pardon",),
        ("je", "veux", "dire"),
        ("je", "voulais", "dire"),
        ("plutot",),
        ("enfin",),
        ("excusez", "moi"),
        ("attendez",),
    ),
    "en": (("sorry",), ("i", "mean"), ("i", "meant"), ("wait",), ("rather",), ("actually",)),
}


def _table(language: str) -> tuple[tuple[tuple[str, ...], bool | None], ...]:
    """Phrases and what they mean (nothing where the caller is unsure), the longest first."""
    phrases = {True: _PHRASES[language, True], False: _PHRASES[language, False], None: _UNSURE[language]}
    found = {tuple(normalise(phrase).split()): meant for meant, row in phrases.items() for phrase in row.split("|")}
    return tuple(sorted(found.items(), key=lambda pair: -len(pair[0])))


_TABLES = {language: _table(language) for language in ("fr", "en")}
_ALONE_ONLY = frozenset(
    {("un",), ("deux",), ("one",), ("two",), ("si",), ("pas",), ("not",), ("right",), ("it", "is"), ("i", "do")}
)


class YesNo(Plain):
    """Keyed 1 for yes, 2 for no."""

    name = "yes_no"

    def keys(self, params: Mapping[str, Any]) -> KeyLimits | None:
        return KeyLimits(1, 1)

    def parse_keys(self, keys: str, ctx: Context) -> Parsed:
        if keys in (YES_KEY, NO_KEY):
            return Understood(keys == YES_KEY)
        return NotUnderstood("keys" if keys else "empty")

    def parse_words(self, words: str, ctx: Context) -> Parsed:
        said = [word for word in tokens(words) if word.isalnum()][:_MOST_WORDS]
        if not said:
            return NotUnderstood("empty")
        language = "en" if ctx.english else "fr"
        for part in reversed(_parts(said, language)):
            meant = _meant(part, language)
            if None in meant:
                return NotUnderstood("unclear")
            if len(meant) > 1:
                return NotUnderstood("ambiguous", (True, False))
            if meant:
                return Understood(meant.pop())
        return NotUnderstood("unclear")

    def show(self, value: Any, ctx: Context) -> str:
        if ctx.english:
            return "yes" if value else "no"
        return "oui" if value else "non"

    def grammar(self, ctx: Context) -> tuple[str, ...] | None:
        language = "en" if ctx.english else "fr"
        return tuple(phrase for yes in (True, False) for phrase in _PHRASES[language, yes].split("|"))


def _parts(said: Sequence[str], language: str) -> list[list[str]]:
    parts: list[list[str]] = [[]]
    at = 0
    while at < len(said):
        mark = next((mark for mark in _CORRECTIONS[language] if tuple(said[at : at + len(mark)]) == mark), None)
        if mark is None:
            parts[-1].append(said[at])
        else:
            parts.append([])
        at += len(mark or "1")
    return parts


def _meant(said: Sequence[str], language: str) -> set[bool | None]:
    """What the phrases in it mean, each word belonging to the longest phrase that it stands in."""
    meant: set[bool | None] = set()
    at = 0
    while at < len(said):
        found = next(((phrase, yes) for phrase, yes in _TABLES[language] if tuple(said[at : at + len(phrase)]) == phrase), None)
        if found is None or (found[0] in _ALONE_ONLY and len(said) > len(found[0]) and not _refuses(found[0])):
            at += 1
            continue
        meant.add(found[1])
        at += len(found[0])
    return meant


def _refuses(phrase: tuple[str, ...]) -> bool:
    """ "je ne pense pas" is a no whatever stands around."""
    return phrase in (("pas",), ("not",))
