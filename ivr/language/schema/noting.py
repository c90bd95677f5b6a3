"""outcome, milestone, reason, rate, language, patient: facts for the figures and settings of the call."""

from ivr.engine.commands import BargeIn
from ivr.engine.expressions import Constant, Name
from ivr.engine.flow import Ask, Choice, Remark, Switch, Wording
from ivr.language.desk import Desk
from ivr.language.keys import Fields, Key
from ivr.language.layout import Label, Resolve, Work
from ivr.language.nodes import Node
from ivr.language.schema.kind import StepKind
from ivr.language.schema.moving import A_REASON
from ivr.language.schema.questions import TIME_KEYS, TIMES, timing
from ivr.language.shapes import A_NAME, TRUTHS, Given, OneOf, Schema, text_of
from ivr.language.wording import WORDING, WORDINGS

STARS = ("1", "2", "3", "4", "5")
SPOKEN = {
    "fr": ("un", "deux", "trois", "quatre", "cinq"),
    "en": ("one", "two", "three", "four", "five"),
}


def _lay_outcome(fields: Fields, exit: Label, work: Work) -> None:
    _remark("outcome", fields, exit, work)


def _lay_milestone(fields: Fields, exit: Label, work: Work) -> None:
    _remark("milestone", fields, exit, work)


def _lay_reason(fields: Fields, exit: Label, work: Work) -> None:
    _remark("reason", fields, exit, work)


def _remark(what: str, fields: Fields, exit: Label, work: Work) -> None:
    name = fields.get(what)
    if name is not None:
        work.emit(fields.place, lambda at: Remark(what, name, at(exit), fields.get("value")))


def _lay_rate(fields: Fields, exit: Label, work: Work) -> None:
    """A rating is never forced: who does not give one goes on."""
    name = fields.get("rate")
    if name is None:
        return
    work.desk.sets.add(name)
    noted = work.label()
    times = {TIMES[key][0]: fields[key] for key in TIMES if key in fields}

    def choice(number: int, at: Resolve) -> Choice:
        phrases = {lang: (words[number],) for lang, words in SPOKEN.items() if lang in work.desk.world.languages}
        return Choice(STARS[number], STARS[number], Wording(), phrases, None, at(noted))

    work.emit(
        fields.place,
        lambda at: Ask(
            name=name,
            prompt=fields.get("prompt", Wording()),
            next=at(noted),
            choices=tuple(choice(number, at) for number in range(len(STARS))),
            nomatch=fields.get("nomatch", ()),
            attempts=2,
            on_give_up=at(exit),
            bargein=BargeIn.KEYS_AND_VOICE,
            timing=timing(work.desk.world.defaults.timing, times),
        ),
    )
    work.mark(noted)
    work.emit(fields.place, lambda at: Remark("rating", name, at(exit), Name(name)))


class LanguageShape:
    """A language of the service, or an expression that gives one."""

    def read(self, node: Node, desk: Desk) -> object | None:
        scalar = text_of(node, desk, "a language")
        if scalar is None:
            return None
        if "{{" in scalar.text:
            return desk.expression(scalar)
        known = desk.known("unknown-language", "language of this service", scalar, desk.world.languages)
        return None if known is None else Constant(known)

    def schema(self) -> Schema:
        return {"type": "string"}


class PatientShape:
    """yes, no, or an expression."""

    def read(self, node: Node, desk: Desk) -> object | None:
        scalar = text_of(node, desk, "yes or no")
        if scalar is None:
            return None
        if "{{" in scalar.text:
            return desk.expression(scalar)
        if scalar.text not in TRUTHS:
            desk.fault("bad-value", scalar.place, f"'{scalar.text[:40]}' is neither yes nor no", "write yes or no")
            return None
        return Constant(TRUTHS[scalar.text])

    def schema(self) -> Schema:
        return {"anyOf": [{"type": "boolean"}, {"enum": list(TRUTHS)}, {"type": "string", "pattern": r"\{\{"}]}


def _lay_language(fields: Fields, exit: Label, work: Work) -> None:
    _switch("language", fields, exit, work)


def _lay_patient(fields: Fields, exit: Label, work: Work) -> None:
    _switch("patient", fields, exit, work)


def _switch(what: str, fields: Fields, exit: Label, work: Work) -> None:
    value = fields.get(what)
    if value is not None:
        work.emit(fields.place, lambda at: Switch(what, value, at(exit)))


OUTCOME = StepKind(
    doc="How the caller's service ended, when it is not plain from where the dialog ends.",
    example="- outcome: failed\n  value: no_open_case\n",
    leading=Key(
        "outcome", OneOf(("completed", "abandoned", "transferred", "failed", "closed")), "How the service ended.", required=True
    ),
    keys=(Key("value", Given(), "Why, in one word."),),
    lay=_lay_outcome,
)
MILESTONE = StepKind(
    doc="A point that the figures count how many callers reach.",
    example="- milestone: summary_heard\n",
    leading=Key("milestone", A_NAME, "Its name.", required=True),
    keys=(Key("value", Given(), "A value that is counted with it; nothing personal."),),
    lay=_lay_milestone,
)
REASON = StepKind(
    doc="Why the caller calls, as an agent would read it.",
    example="- reason: payments\n",
    leading=Key("reason", A_REASON, "The reason, in one word.", required=True),
    lay=_lay_reason,
)
RATE = StepKind(
    doc="The caller gives one to five. Who does not answer is not pressed.",
    example="""\
- rate: satisfaction
  prompt: { fr: "De 1 à 5, êtes-vous satisfait ?", en: "From 1 to 5, are you satisfied?" }
""",
    leading=Key("rate", A_NAME, "The name of the rating.", required=True),
    keys=(
        Key("prompt", WORDING, "The question.", required=True),
        Key("nomatch", WORDINGS, "Said after an answer not understood."),
        *TIME_KEYS,
    ),
    lay=_lay_rate,
)
LANGUAGE = StepKind(
    doc="The call goes on in another language.",
    example="- language: fr\n",
    leading=Key("language", LanguageShape(), "The language.", required=True),
    lay=_lay_language,
)
PATIENT = StepKind(
    doc="Everything takes longer from here on: for callers who ask for it, and for relay operators.",
    example="- patient: yes\n",
    leading=Key("patient", PatientShape(), "yes or no.", required=True),
    lay=_lay_patient,
)
