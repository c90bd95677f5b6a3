"""What `ask`, `menu` and `rate` have in common: times, attempts, what is said when nothing or nothing understandable came."""

import dataclasses
from typing import Any

from ivr.engine.commands import BargeIn, Timing
from ivr.engine.flow import Wording
from ivr.language.keys import Fields, Key
from ivr.language.layout import Label, Work
from ivr.language.schema.kind import STEPS
from ivr.language.schema.speaking import BARGEIN
from ivr.language.shapes import Duration, OneOf, Truth, Whole
from ivr.language.wording import WORDING, WORDINGS

TIMES = {
    "noinput_after": ("noinput_ms", "How long to wait for the caller after the prompt."),
    "interdigit": ("interdigit_ms", "How long to wait for the next digit."),
    "endpoint": ("endpoint_ms", "How much silence ends a complete answer by voice."),
    "incomplete": ("incomplete_ms", "How much silence ends an answer by voice that is not complete yet."),
    "longest_speech": ("speech_max_ms", "How long an answer by voice may be."),
    "longest_turn": ("turn_max_ms", "How long one question may take in all."),
}
TIME_KEYS = tuple(Key(name, Duration(100, 600_000), doc) for name, (_, doc) in TIMES.items())
ATTEMPTS = Key("attempts", Whole(1, 10), "After how many silences, or how many answers not understood, to give up.")

QUESTION_KEYS = (
    Key("prompt", WORDING, "The question; said again at each attempt."),
    Key("introduction", WORDING, "Said once, before the question."),
    Key("help", WORDING, "Said when the caller asks for help."),
    Key("noinput", WORDINGS, "Said after silence, the first, second ... time; then the question again."),
    Key("nomatch", WORDINGS, "Said after an answer not understood, the first, second ... time; then the question again."),
    ATTEMPTS,
    Key("on_give_up", STEPS, "What to do after the last attempt; otherwise an agent is called."),
    Key("confirm", OneOf(("never", "unsure", "always")), "Whether the answer is read back for a yes or no."),
    Key("confirmation", WORDING, "How the answer is read back; {{ value }} is the answer."),
    Key(
        "irreversible",
        Truth(),
        "The answer starts something that cannot be undone: it is confirmed, and no key pressed ahead counts.",
    ),
    BARGEIN,
    *TIME_KEYS,
)


def question(fields: Fields, work: Work) -> dict[str, Any]:
    """The fields of an Ask that every question has."""
    defaults = work.desk.world.defaults
    irreversible = fields.get("irreversible", False)
    # A question for yes or no is a confirmation itself: its answer is not confirmed once more.
    confirm = "always" if irreversible and fields.get("type") != "yes_no" else "never"
    times = {TIMES[name][0]: fields[name] for name in TIMES if name in fields}
    return {
        "introduction": fields.get("introduction", Wording()),
        "help": fields.get("help", Wording()),
        "noinput": fields.get("noinput", ()),
        "nomatch": fields.get("nomatch", ()),
        "attempts": fields.get("attempts", defaults.attempts),
        "confirm": fields.get("confirm", confirm),
        "confirmation": fields.get("confirmation", Wording()),
        "irreversible": irreversible,
        "bargein": BargeIn(fields.get("bargein", defaults.bargein.value)),
        "timing": timing(defaults.timing, times),
    }


def timing(base: Timing, times: dict[str, int]) -> Timing:
    return dataclasses.replace(base, **times)


def give_up(fields: Fields, work: Work) -> Label | None:
    return work.branch(fields.get("on_give_up"))


def lay_give_up(label: Label | None, fields: Fields, exit: Label, work: Work) -> None:
    if label is not None:
        work.block(label, fields["on_give_up"], exit)
