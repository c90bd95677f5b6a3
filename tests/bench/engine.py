"""How many turns a second the engine makes, on a shipped service and its demo caller's keys."""

import datetime as dt
import time
from pathlib import Path

from ivr.engine.commands import Collect, Invoke
from ivr.engine.engine import begin, resume
from ivr.engine.events import Event, Invoked, Pressed, Result
from ivr.engine.session import Call, Turn
from ivr.language.loading import load

SERVICE = Path("menus/france-emploi")
CALLS = 300
AT = dt.datetime(2026, 11, 23, 9, 0, tzinfo=dt.UTC)


def run() -> dict[str, float | str]:
    """Turns a second of one core."""
    flow = load(SERVICE).flow
    if flow is None:
        raise RuntimeError(f"{SERVICE} has errors")
    turns = 0
    began = time.perf_counter()
    for number in range(CALLS):
        turn = begin(flow, Call(f"bench-{number}", flow.numbers[0], AT, language="fr"))
        while not turn.ended and turn.number < 12:
            turn = resume(flow, turn.session, _event(turn))
            turns += 1
    return {"engine_turns_per_second": round(turns / (time.perf_counter() - began))}


def _event(turn: Turn) -> Event:
    match turn.waiting:
        case Invoke():
            return Invoked(AT, Result.FAILED)
        case Collect():
            return Pressed(AT, "1")
        case _:
            return Pressed(AT, "1")
