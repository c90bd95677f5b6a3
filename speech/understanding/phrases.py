"""Words to meanings by whole phrases: what the menu files say a caller may say, and what the asked type understands.

Rule: a phrase that is the whole utterance scores 1; one that stands in it as whole words scores by how much of it it is; a near
miss (one letter off, as typed or misheard) scores less. Nothing else counts.
"""

import dataclasses
from zoneinfo import ZoneInfo

from rapidfuzz import fuzz

from ivr.engine.commands import Collect, Words
from ivr.engine.events import Heard, Meaning
from ivr.engine.flow import Flow
from ivr.values.base import Context, Understood
from ivr.values.registry import value_type
from ivr.values.text import normalise

CONTAINED = 0.85
NEAR = 90.0
LONGEST = 500


class PhraseInterpreter:
    """Implements ivr.ports.interpreter.Interpreter without any model."""

    def interpret(self, flow: Flow, command: Collect, event: Heard) -> Heard:
        words = command.words
        if words is None:
            return event
        said = normalise(event.words[:LONGEST])
        values = dict(event.values)
        if words.type is not None:
            today = event.at.astimezone(ZoneInfo(flow.timezone)).date()
            parsed = value_type(words.type).parse_words(event.words[:LONGEST], Context(command.language, today, words.params))
            if isinstance(parsed, Understood):
                values[words.type] = parsed.value
        return dataclasses.replace(event, meanings=_meanings(words, said), values=values)


def _meanings(words: Words, said: str) -> tuple[Meaning, ...]:
    best: dict[str, float] = {}
    for phrase in words.phrases:
        score = phrase_score(normalise(phrase.words), said)
        if score > best.get(phrase.means, 0.0):
            best[phrase.means] = score
    ranked = sorted(best.items(), key=lambda pair: (-pair[1], pair[0]))
    return tuple(Meaning(name, round(score, 3)) for name, score in ranked)


def phrase_score(phrase: str, said: str) -> float:
    """How well `said` is `phrase`, from 0 to 1; both are normalised."""
    if not phrase or not said:
        return 0.0
    if phrase == said:
        return 1.0
    if f" {phrase} " in f" {said} ":
        return CONTAINED + (1.0 - CONTAINED) * len(phrase) / len(said)
    near = fuzz.ratio(phrase, said)
    return CONTAINED * near / 100.0 if near >= NEAR and len(phrase) >= 5 else 0.0
