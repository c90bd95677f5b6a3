"""ask: a question whose answer is a value of a type."""

from decimal import Decimal
from typing import Any

from ivr.engine.flow import Ask, Wording
from ivr.language.keys import Fields, Key
from ivr.language.layout import Label, Work, resolved
from ivr.language.schema.kind import StepKind
from ivr.language.schema.questions import QUESTION_KEYS, give_up, lay_give_up, question
from ivr.language.shapes import A_NAME, Known, Text, Truth
from ivr.language.types import OPEN, ZERO_IS_AN_ANSWER, all_params, known_types, params_faults

PARAM_KEYS = tuple(Key(name, Text(), doc) for name, doc in all_params().items())
A_TYPE = Known("unknown-type", "type of value", lambda desk: known_types())


def _lay(fields: Fields, exit: Label, work: Work) -> None:
    name, kind = fields.get("ask"), fields.get("type")
    if name is None or kind is None:
        return
    work.desk.sets.add(name)
    params = _params(fields, kind, work)
    gives_up = give_up(fields, work)
    common = question(fields, work)
    own = {
        "prompt": fields.get("prompt", Wording()),
        "type": kind,
        "params": params,
        "secret": fields.get("secret", False),
        "spoken_secret": fields.get("read_back", False),
        "agent_on_zero": fields.get("agent_on_zero", kind not in ZERO_IS_AN_ANSWER),
        "open_words": kind in OPEN,
    }
    _judge(fields, kind, work)
    work.emit(fields.place, lambda at: Ask(name=name, next=at(exit), on_give_up=resolved(at, gives_up), **common, **own))
    lay_give_up(gives_up, fields, exit, work)


def _params(fields: Fields, kind: str, work: Work) -> dict[str, Any]:
    params = {key.name: _value(fields[key.name]) for key in PARAM_KEYS if key.name in fields}
    for fault in params_faults(kind, params):
        place = next((fields.at(name) for name in params if f"'{name}'" in fault), fields.at("type"))
        work.desk.fault("bad-param", place, fault, f"see the parameters of '{kind}'")
    return params


def _value(raw: Any) -> Any:
    """A parameter as its type wants it: a number where it looks like one."""
    if not isinstance(raw, str):
        return raw
    try:
        return int(raw) if raw.isdecimal() else Decimal(raw)
    except ArithmeticError:
        return raw


def _judge(fields: Fields, kind: str, work: Work) -> None:
    if fields.get("read_back") and not fields.get("secret"):
        work.desk.fault("does-not-fit", fields.at("read_back"), "'read_back' is for secrets", "add 'secret: yes' or take it out")
    if kind == "identifier" and not fields.get("secret"):
        work.desk.fault("personal-key", fields.place, "an identifier is asked in the clear", "add 'secret: yes'")


KIND = StepKind(
    doc="The caller is asked for a value: digits, a date, an amount, yes or no ... The answer gets the name behind 'ask'.",
    example="""\
- ask: hours_worked
  type: number
  min: 0
  max: 400
  prompt: { fr: "Combien d'heures avez-vous travaillé ?", en: "How many hours did you work?" }
  nomatch:
    - { fr: "Tapez un nombre d'heures, puis dièse.", en: "Key a number of hours, then hash." }
  confirm: unsure
  noinput_after: 10s
  on_give_up:
    - hand_over: hours_not_understood
""",
    leading=Key("ask", A_NAME, "The name that the answer gets.", required=True),
    keys=(
        Key("type", A_TYPE, "What kind of value is asked for.", required=True),
        *QUESTION_KEYS,
        *PARAM_KEYS,
        Key("secret", Truth(), "The answer is kept out of journals and logs; only a handler is given it."),
        Key("read_back", Truth(), "A secret that may be said back to the caller (her own number), unlike a code."),
        Key("agent_on_zero", Truth(), "Whether 0 alone, ended by # or by waiting, calls an agent."),
    ),
    lay=_lay,
)
