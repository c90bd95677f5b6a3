"""Runs a flow through events, the session written and read back between any two."""

import datetime as dt
import json
from collections.abc import Sequence

from ivr.engine.codec import decode, encode
from ivr.engine.commands import Disconnect, Invoke
from ivr.engine.engine import begin, resume
from ivr.engine.events import (
    Event,
    Heard,
    Meaning,
    Pressed,
)
from ivr.engine.flow import (
    END,
    Ask,
    Flow,
    Say,
)
from ivr.engine.session import Turn
from ivr.runtime.showing import shown
from tests.engine.flows import AT, CALL, choice, words


def at(seconds: int) -> dt.datetime:
    return AT + dt.timedelta(seconds=seconds)


def keys(pressed: str, ended_by: str = "entry") -> Pressed:
    return Pressed(at(1), pressed, ended_by)


def said(meaning: str, confidence: float = 1.0) -> Heard:
    return Heard(at(1), meaning, confidence, (Meaning(meaning, 1.0),))


def run(one: Flow, events: Sequence[Event]) -> list[Turn]:
    """All turns, the session written and read back between any two."""
    turns = [begin(one, CALL)]
    for event in events:
        form = json.loads(json.dumps(encode(turns[-1])))
        read = decode(form)
        assert read == turns[-1]
        turns.append(resume(one, read.session, event))
    return turns


def heard(turn: Turn) -> list[str]:
    return [
        shown(command.prompt) for command in turn.commands if not isinstance(command, (Disconnect, Invoke)) and command.prompt
    ]


def notes(turns: Sequence[Turn]) -> list[tuple[str, str, str]]:
    return [(note.what, note.name, note.detail) for turn in turns for note in turn.notes]


MENU = Ask(
    "choice",
    words("Que voulez-vous ?"),
    END,
    choices=(choice("paiement", "1", 1), choice("rien", "2", END)),
    list_choices=True,
    introduction=words("Bonjour."),
    noinput=(words("Je n'ai rien entendu."), words("Toujours rien.")),
)
PAYMENT = Say(words("Votre paiement arrive."), END)
QUESTION = "Que voulez-vous ? Pour paiement, tapez 1. Pour rien, tapez 2."
DIGITS = Ask("id", words("Votre numéro ?"), 1, type="digits", params={"length": 6})
