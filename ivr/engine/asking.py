"""A field or a menu: what is asked, how the answer is read, noinput and nomatch counted apart, help rising, confirmation.

Rule: every reading ends in another Collect, in the next step, or in giving up; never in silence.
"""

import dataclasses
import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any
from zoneinfo import ZoneInfo

from ivr.engine.commands import Collect, KeyEntries, KeyField, Keys, Phrase, Timing, Words
from ivr.engine.events import Heard, Noinput, Pressed
from ivr.engine.expressions import ExpressionError, evaluate, truth
from ivr.engine.flow import Ask, Choice, Wording
from ivr.engine.prompts import Prompt, Text, Value, join
from ivr.engine.secrets import Secret
from ivr.engine.session import Asking
from ivr.engine.state import State
from ivr.values.base import Context, Understood
from ivr.values.registry import value_type

YES_NO = ("1", "2")


@dataclasses.dataclass(frozen=True, slots=True)
class Answered:
    """The field has its value; `target` is the step to go on at."""

    value: Any
    target: int


@dataclasses.dataclass(frozen=True, slots=True)
class GaveUp:
    """Too many attempts of one kind (`noinput`, `nomatch` or `refused`)."""

    why: str


@dataclasses.dataclass(frozen=True, slots=True)
class Universally:
    """The caller asked for something that works everywhere."""

    action: str


Reading = Collect | Answered | GaveUp | Universally


def choices_of(state: State, ask: Ask) -> list[Choice]:
    """The choices that hold now."""
    names = state.names()
    return [choice for choice in ask.choices if choice.only_when is None or truth(evaluate(choice.only_when, names))]


def arrive(state: State, ask: Ask) -> Collect:
    """The first time this field is asked here, or again after something else was said."""
    if state.session.asking is None:
        state.update(last_said=tuple(state.plays))
    asking = state.session.asking or Asking()
    introduction = Prompt((), state.session.language) if asking.introduced else state.render(ask.introduction)
    return _collect(state, ask, dataclasses.replace(asking, introduced=True), introduction)


def ask_again(state: State, ask: Ask, before: Prompt) -> Collect:
    """The same question once more, with something said before it; counters stay."""
    asking = dataclasses.replace(state.session.asking or Asking(), introduced=True)
    return _collect(state, ask, asking, before)


def _collect(state: State, ask: Ask, asking: Asking, before: Prompt) -> Collect:
    question = _confirmation(state, ask, asking) if asking.confirming else _question(state, ask)
    state.update(asking=asking, last_prompt=question)
    return Collect(
        prompt=join(before, question),
        keys=_keys(state, ask, asking),
        words=_words(state, ask, asking),
        language=state.session.language,
        bargein=ask.bargein,
        timing=_timing(state, ask.timing),
        secret=ask.type if ask.secret and not asking.confirming else None,
        secret_params={**ask.params, "spoken": ask.spoken_secret} if ask.secret and not asking.confirming else {},
        flush=ask.irreversible and (asking.confirming or ask.confirm == "never"),
    )


def _question(state: State, ask: Ask) -> Prompt:
    prompt = state.render(ask.prompt)
    if not ask.list_choices:
        return prompt
    listed = [
        state.sentence("choice", {"label": state.render(choice.label), "key": _fixed(state, choice.key)})
        for choice in choices_of(state, ask)
        if choice.key
    ]
    return join(prompt, *listed)


def _confirmation(state: State, ask: Ask, asking: Asking) -> Prompt:
    value = Value(ask.type, asking.pending, ask.params) if not ask.choices else _label(state, ask, asking.pending)
    wording = ask.confirmation or state.flow.texts.get("confirm", Wording())
    return state.render(wording, {"value": value, ask.name: asking.pending})


def _fixed(state: State, text: str) -> Prompt:
    """Words that are the same for every caller, so that they can be said ahead."""
    return Prompt((Text(text),), state.session.language)


def _label(state: State, ask: Ask, value: Any) -> Prompt:
    labels = [state.render(choice.label) for choice in ask.choices if choice.value == value]
    return labels[0] if labels else Prompt((), state.session.language)


def _timing(state: State, timing: Timing) -> Timing:
    if not state.session.patient:
        return timing
    factor = state.flow.patient_factor
    longer = {field.name: getattr(timing, field.name) * factor // 100 for field in dataclasses.fields(timing)}
    return Timing(**longer)


def _universal_keys(state: State) -> tuple[str, ...]:
    return tuple(universal.key for universal in state.flow.universals.values() if universal.key)


def _keys(state: State, ask: Ask, asking: Asking) -> Keys:
    if asking.confirming or ask.type == "yes_no":
        return KeyEntries(_distinct(YES_NO, _universal_keys(state)))
    if ask.choices:
        return KeyEntries(_distinct(tuple(c.key for c in choices_of(state, ask) if c.key), _universal_keys(state)))
    limits = value_type(ask.type).keys(ask.params)
    if limits is None:
        return KeyEntries(_universal_keys(state))
    return KeyField(limits.min, limits.max, limits.decimal_star)


def _distinct(*groups: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(key for group in groups for key in group))


def _words(state: State, ask: Ask, asking: Asking) -> Words:
    phrases: list[Phrase] = []
    intents: tuple[str, ...] = ()
    if not asking.confirming:
        phrases += [
            Phrase(f"choice:{choice.value}", words)
            for choice in choices_of(state, ask)
            for words in choice.phrases.get(state.session.language, ())
        ]
        intents = tuple(choice.intent for choice in choices_of(state, ask) if choice.intent)
    phrases += [
        Phrase(f"universal:{universal.action}", words)
        for universal in state.flow.universals.values()
        for words in universal.phrases.get(state.session.language, ())
    ]
    kind = "yes_no" if asking.confirming else None if ask.choices else ask.type
    return Words(tuple(phrases), kind, {} if asking.confirming else ask.params, ask.open_words, intents)


def read(state: State, ask: Ask, event: Pressed | Heard | Noinput) -> Reading:
    """What the caller's answer means for this field."""
    asking = state.session.asking or Asking()
    if isinstance(event, Noinput):
        return _noinput(state, ask, asking)
    if isinstance(event, Pressed):
        return _pressed(state, ask, asking, event)
    return _heard(state, ask, asking, event)


def _pressed(state: State, ask: Ask, asking: Asking, event: Pressed) -> Reading:
    if event.secret is not None:
        return _secret(state, ask, asking, event.secret)
    if asking.confirming or ask.type == "yes_no":
        if event.keys in YES_NO:
            yes = event.keys == "1"
            return _confirmed(state, ask, asking, yes) if asking.confirming else _got(state, ask, asking, yes, "keys", True)
    else:
        for choice in choices_of(state, ask):
            if choice.key and choice.key == event.keys:
                return _got(state, ask, asking, choice.value, "keys", True)
    if not ask.choices and ask.type != "yes_no" and not asking.confirming:
        return _field_keys(state, ask, asking, event)
    return _universal_or_nomatch(state, ask, asking, event.keys)


def _universal_or_nomatch(state: State, ask: Ask, asking: Asking, keys: str) -> Reading:
    for universal in state.flow.universals.values():
        if universal.key and universal.key == keys:
            return Universally(universal.action)
    return _nomatch(state, ask, asking)


def _field_keys(state: State, ask: Ask, asking: Asking, event: Pressed) -> Reading:
    if event.keys == "*":
        return Universally("back")
    if event.keys == "0" and ask.agent_on_zero and event.ended_by in ("#", "timeout"):
        return Universally("agent")
    if event.keys == "#":
        return _nomatch(state, ask, asking)
    limits = value_type(ask.type).keys(ask.params)
    if limits is None:
        return _universal_or_nomatch(state, ask, asking, event.keys)
    parsed = value_type(ask.type).parse_keys(event.keys, context_of(state, ask))
    if isinstance(parsed, Understood):
        return _got(state, ask, asking, parsed.value, "keys", True)
    return _nomatch(state, ask, asking)


def _secret(state: State, ask: Ask, asking: Asking, secret: Secret) -> Reading:
    if not ask.secret or asking.confirming or not secret.valid:
        return _nomatch(state, ask, asking)
    return _got(state, ask, asking, secret, "keys", True)


def context_of(state: State, ask: Ask) -> Context:
    """How values are understood here: the language, the local date, the field's parameters."""
    today: dt.date = state.at.astimezone(ZoneInfo(state.flow.timezone)).date()
    return Context(state.session.language, today, ask.params)


def _heard(state: State, ask: Ask, asking: Asking, event: Heard) -> Reading:
    accept = state.flow.accept
    sure = event.confidence >= state.flow.confirm_below
    if event.confidence < accept:
        return _nomatch(state, ask, asking)
    meanings = {meaning.name: meaning.score for meaning in event.meanings if meaning.score >= accept}
    for universal in state.flow.universals.values():
        if f"universal:{universal.action}" in meanings:
            return Universally(universal.action)
    if event.secret is not None:
        return _secret(state, ask, asking, event.secret)
    if asking.confirming:
        yes = event.values.get("yes_no")
        return _nomatch(state, ask, asking) if yes is None else _confirmed(state, ask, asking, bool(yes))
    return _heard_value(state, ask, asking, event.values, meanings, sure)


def _heard_value(
    state: State, ask: Ask, asking: Asking, values: Mapping[str, Any], meanings: Mapping[str, float], sure: bool
) -> Reading:
    if not ask.choices:
        if ask.type in values:
            return _got(state, ask, asking, values[ask.type], "voice", sure)
        return _nomatch(state, ask, asking)
    named = [
        (max(meanings.get(f"choice:{c.value}", 0.0), meanings.get(f"intent:{c.intent}", 0.0)), c.value)
        for c in choices_of(state, ask)
    ]
    score, value = max(named, default=(0.0, ""), key=lambda pair: pair[0])
    if score == 0.0:
        return _nomatch(state, ask, asking)
    return _got(state, ask, asking, value, "voice", sure and score >= state.flow.confirm_below)


def _got(state: State, ask: Ask, asking: Asking, value: Any, by: str, sure: bool) -> Reading:
    confirm = ask.confirm == "always" or (ask.confirm == "unsure" and not sure) or (by == "voice" and not sure)
    if confirm:
        pending = dataclasses.replace(asking, confirming=True, pending=value, pending_by=by, noinputs=0, nomatches=0)
        return _collect(state, ask, pending, Prompt((), state.session.language))
    return _answered(ask, value)


def _answered(ask: Ask, value: Any) -> Answered:
    for choice in ask.choices:
        if choice.value == value:
            return Answered(value, choice.target)
    return Answered(value, ask.next)


def _confirmed(state: State, ask: Ask, asking: Asking, yes: bool) -> Reading:
    if yes:
        return _answered(ask, asking.pending)
    if asking.refusals + 1 >= ask.attempts:
        return GaveUp("refused")
    again = Asking(refusals=asking.refusals + 1, introduced=True)
    return _collect(state, ask, again, state.sentence("not_confirmed"))


def _noinput(state: State, ask: Ask, asking: Asking) -> Reading:
    count = asking.noinputs + 1
    if count >= ask.attempts:
        return GaveUp("noinput")
    before = _rising(state, ask.noinput, count, "noinput")
    return _collect(state, ask, dataclasses.replace(asking, noinputs=count, introduced=True), before)


def _nomatch(state: State, ask: Ask, asking: Asking) -> Reading:
    count = asking.nomatches + 1
    if count >= ask.attempts:
        return GaveUp("nomatch")
    before = _rising(state, ask.nomatch, count, "nomatch")
    return _collect(state, ask, dataclasses.replace(asking, nomatches=count, introduced=True), before)


def _rising(state: State, wordings: tuple[Wording, ...], count: int, default: str) -> Prompt:
    if not wordings:
        return state.sentence(default)
    return state.render(wordings[min(count, len(wordings)) - 1])


def prompts_of(state: State, ask: Ask) -> Iterator[Prompt]:
    """What this field may say without a value: first, again, and after each kind of trouble."""
    befores = [ask.introduction, Wording(), *ask.noinput, *ask.nomatch, ask.help]
    befores += [
        state.flow.texts.get(name, Wording()) for name in ("noinput", "nomatch", "not_confirmed", "slower", "back_nothing")
    ]
    for before in befores:
        try:
            yield join(state.render(before), _question(state, ask))
        except ExpressionError:
            continue
