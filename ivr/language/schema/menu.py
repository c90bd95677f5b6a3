"""menu: the caller chooses among a few ways."""

from dataclasses import dataclass
from typing import Any

from ivr.engine.flow import Ask, Choice, Say, Wording
from ivr.language.desk import Desk
from ivr.language.keys import Block, Fields, Key
from ivr.language.layout import Label, Resolve, Work, resolved
from ivr.language.nodes import Node, Sequence, called
from ivr.language.schema.kind import STEPS, StepKind
from ivr.language.schema.questions import QUESTION_KEYS, give_up, lay_give_up, question
from ivr.language.shapes import A_NAME, PHONE_KEY, Condition, Pattern, Schema, Text, Truth
from ivr.language.wording import PHRASES, WORDING
from ivr.values.text import normalise

CHOICE = Block(
    "a choice",
    (
        Key("key", PHONE_KEY, "The key that chooses it."),
        Key("label", WORDING, "What it is, as said in 'Pour ..., tapez 1'."),
        Key("phrases", PHRASES, "What a caller may say for it, by language."),
        Key("intent", Text(), "The intent that chooses it, when the caller speaks freely."),
        Key(
            "value", Pattern(r"[A-Za-z0-9_]+", "a name", "bad-name"), "What the menu's name holds afterwards; otherwise the key."
        ),
        Key("only_when", Condition(), "The choice exists only when this holds."),
        Key("then", STEPS, "What happens then; without it the dialog goes on after the menu."),
    ),
)


@dataclass(frozen=True)
class ChoicesShape:
    """The list of choices."""

    def read(self, node: Node, desk: Desk) -> tuple[Fields, ...] | None:
        if not isinstance(node, Sequence) or not node.items:
            desk.fault(
                "wrong-shape", node.place, f"a list of choices belongs here, not {called(node)}", "begin each with '- key:'"
            )
            return None
        read = [CHOICE.read(item, desk) for item in node.items[:50]]
        return tuple(choice for choice in read if choice is not None)

    def schema(self) -> Schema:
        return {"type": "array", "minItems": 1, "maxItems": 50, "items": {"$ref": "#/$defs/choice"}}


@dataclass(frozen=True)
class _Laid:
    fields: Fields
    value: str
    label: Label


def _lay(fields: Fields, exit: Label, work: Work) -> None:
    name = fields.get("menu")
    if name is None or "choices" not in fields:
        return
    work.desk.sets.add(name)
    laid = [_Laid(choice, _value(choice, number), work.label()) for number, choice in enumerate(fields["choices"])]
    _collisions(laid, work.desk)
    if not any(key in fields.node for key in ("prompt", "introduction")) and not fields.get("list_choices"):
        work.desk.fault("silent-menu", fields.place, "a menu says nothing", "give it a 'prompt' or 'list_choices: yes'")
    gives_up = give_up(fields, work)
    _emit(fields, name, laid, gives_up, exit, work)
    for each in laid:
        work.block(each.label, each.fields.get("then"), exit)
    lay_give_up(gives_up, fields, exit, work)


def _emit(fields: Fields, name: str, laid: list[_Laid], gives_up: Label | None, exit: Label, work: Work) -> None:
    prompt = fields.get("prompt", Wording())
    common = {**question(fields, work), "list_choices": fields.get("list_choices", False)}

    def ask(at: Resolve, words: Wording, on_give_up: int | None, **changed: Any) -> Ask:
        choices = tuple(_choice(each, at) for each in laid)
        kept = {**common, **changed}
        return Ask(name=name, prompt=words, next=at(exit), choices=choices, on_give_up=on_give_up, **kept)

    if not fields.get("say_all_languages") or len(prompt.by_language) < 2:
        work.emit(fields.place, lambda at: ask(at, prompt, resolved(at, gives_up)))
        return
    _emit_in_all_languages(fields, prompt, ask, gives_up, common["attempts"], work)


def _emit_in_all_languages(fields: Fields, prompt: Wording, ask: Any, gives_up: Label | None, attempts: int, work: Work) -> None:
    """One voice says one language: the prompts but the last are said before the question, again at each attempt."""
    *before, last = [Wording({language: template}) for language, template in prompt.by_language.items()]
    for attempt in range(attempts):
        again = work.label() if attempt < attempts - 1 else gives_up
        for words in before:
            following = work.label()
            _emit_say(fields, words, following, work)
            work.mark(following)
        changed: dict[str, Any] = {"attempts": 1, "introduction": Wording()} if attempt else {"attempts": 1}
        _emit_ask(fields, ask, last, again, changed, work)
        if attempt < attempts - 1:
            assert again is not None
            work.mark(again)


def _emit_say(fields: Fields, words: Wording, following: Label, work: Work) -> None:
    work.emit(fields.place, lambda at: Say(words, at(following)))


def _emit_ask(fields: Fields, ask: Any, words: Wording, again: Label | None, changed: dict[str, Any], work: Work) -> None:
    work.emit(fields.place, lambda at: ask(at, words, resolved(at, again), **changed))


def _value(choice: Fields, number: int) -> str:
    """What the name of the menu holds: said outright, or the key, or the choice's number."""
    return str(choice.get("value", choice.get("key", f"choice_{number + 1}")))


def _choice(laid: _Laid, at: Resolve) -> Choice:
    fields = laid.fields
    return Choice(
        value=laid.value,
        key=fields.get("key", ""),
        label=fields.get("label", Wording()),
        phrases=fields.get("phrases", {}),
        intent=fields.get("intent"),
        target=at(laid.label),
        only_when=fields.get("only_when"),
    )


def _collisions(laid: list[_Laid], desk: Desk) -> None:
    keys: dict[str, Fields] = {}
    values: dict[str, Fields] = {}
    for each in laid:
        fields, key = each.fields, each.fields.get("key")
        if not any(name in fields.node for name in ("key", "phrases", "intent")):
            desk.fault("no-way-to-choose", fields.place, "nobody can choose this", "give it a 'key' or 'phrases'")
        # Two choices with conditions may share a key: only one of them holds at a time, or the first wins.
        if key in keys and "only_when" not in fields and "only_when" not in keys[key]:
            first = keys[key].place.line
            desk.fault(
                "duplicate-choice-key",
                fields.at("key"),
                f"key {key} already chooses what stands on line {first}",
                "take another key",
            )
        elif each.value in values:
            desk.fault(
                "duplicate-choice-value",
                fields.place,
                f"another choice has the value '{each.value}'",
                "give it a 'value' of its own",
            )
        if key is not None:
            keys.setdefault(key, fields)
            _universal_collision(key, fields, desk)
        values.setdefault(each.value, fields)
    _phrase_collisions(laid, desk)


def _universal_collision(key: str, fields: Fields, desk: Desk) -> None:
    for universal in desk.world.universals.values():
        if universal.key == key:
            message = f"key {key} is '{universal.action}' everywhere"
            desk.fault("key-collision", fields.at("key"), message, "take another key")


def _phrase_collisions(laid: list[_Laid], desk: Desk) -> None:
    """A phrase belongs to one choice; what works everywhere wins over a choice."""
    everywhere = [(f"'{universal.action}' everywhere", universal.phrases) for universal in desk.world.universals.values()]
    meanings: dict[tuple[str, str], str] = {
        (language, normalise(phrase)): what
        for what, by_language in everywhere
        for language, phrases in by_language.items()
        for phrase in phrases
    }
    for each in laid:
        for language, phrases in each.fields.get("phrases", {}).items():
            for phrase in dict.fromkeys(normalise(phrase) for phrase in phrases):
                other = meanings.setdefault((language, phrase), f"the choice '{each.value}'")
                if other != f"the choice '{each.value}'":
                    message = f"'{phrase}' ({language}) means {other} too"
                    desk.fault("phrase-collision", each.fields.at("phrases"), message, "keep it at one of them")


KIND = StepKind(
    doc="The caller chooses by key or by voice. With 'list_choices' each label is said followed by its key.",
    example="""\
- menu: motif
  introduction: { fr: "Vous pouvez répondre par la voix.", en: "You can answer by voice." }
  list_choices: yes
  choices:
    - key: "1"
      label: { fr: votre prochain paiement, en: your next payment }
      phrases: { fr: [paiement, prochain paiement], en: [payment] }
      then: [hand_over: payments]
    - key: "2"
      value: autre
      label: { fr: une autre question, en: another question }
      only_when: "{{ language == 'fr' }}"
""",
    leading=Key("menu", A_NAME, "The name that holds what was chosen.", required=True),
    keys=(
        Key("choices", ChoicesShape(), "The ways out, in the order in which they are said.", required=True),
        Key("list_choices", Truth(), "Say every label followed by its key, after the prompt."),
        Key("say_all_languages", Truth(), "Say the prompt in each language in turn, for choosing the language."),
        *QUESTION_KEYS,
    ),
    lay=_lay,
)
