"""Calls written by hand: what the journal is given, without an engine."""

import datetime as dt

from ivr.engine.commands import Collect, Command, KeyField
from ivr.engine.events import Disconnected, Event, Heardness, Noinput
from ivr.engine.prompts import Prompt, Text
from ivr.engine.session import Asking, Attempt, Call, Frame, Note, Session, Turn
from tests.records.conftest import AT

VERSION = "v1"
PROMPT = Prompt((Text("Tapez les six chiffres de votre code personnel, puis dièse."),), "fr")
COLLECT = Collect(PROMPT, KeyField(6, 6), None, "fr", secret="digits")


def call_of(id: str, at: dt.datetime = AT, caller_hash: str = "") -> Call:
    return Call(id, "3949", at, caller_hash=caller_hash)


def turns_of(call: Call, *events: Event, reason: str = "") -> list[Turn]:
    """The first turn and one for each event; without events a silence and then a hang-up. A hang-up ends the call."""
    silent = Noinput(call.at + dt.timedelta(seconds=9))
    gone = Disconnected(call.at + dt.timedelta(seconds=20), heard=Heardness(1_200, 3_000))
    return [_turn(call, number, event, reason) for number, event in enumerate((None, *(events or (silent, gone))), 1)]


def _turn(call: Call, number: int, event: Event | None, reason: str) -> Turn:
    ended = isinstance(event, Disconnected)
    session = Session(
        flow=VERSION,
        call=call,
        language="fr",
        frames=(Frame("menu", 2), Frame("identification", 1, {"identifier": "masqué"}, into="person")),
        turns=number,
        asking=Asking(noinputs=number - 1),
        attempts=(Attempt("dossier", "identification", call.at, 2),),
        last_prompt=PROMPT,
        reason=reason,
        awaiting="" if ended else "ask",
        ended=ended,
        outcome="abandoned" if ended else "",
    )
    commands: tuple[Command, ...] = () if ended else (COLLECT,)
    return Turn(number, event, commands, session, (Note("noinput", "code", str(number)),))
