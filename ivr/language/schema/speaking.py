"""say: the caller hears something."""

from ivr.engine.commands import BargeIn
from ivr.engine.flow import Say
from ivr.language.keys import Fields, Key
from ivr.language.layout import Label, Work
from ivr.language.schema.kind import StepKind
from ivr.language.shapes import OneOf
from ivr.language.wording import WORDING

BARGEIN = Key(
    "bargein", OneOf(tuple(each.value for each in BargeIn)), "What may interrupt the words: none, keys, keys_and_voice."
)


def _lay(fields: Fields, exit: Label, work: Work) -> None:
    words = fields.get("say")
    if words is None:
        return
    bargein = BargeIn(fields.get("bargein", work.desk.world.defaults.say_bargein.value))
    work.emit(fields.place, lambda at: Say(words, at(exit), bargein))


KIND = StepKind(
    doc="The caller hears words, in each language of the service. A value is put in braces, with its type behind '|'.",
    example="""\
- say: { fr: "Bonjour.", en: "Hello." }
  bargein: none
""",
    leading=Key("say", WORDING, "What the caller hears.", required=True),
    keys=(BARGEIN,),
    lay=_lay,
)
