"""The draft of a monthly status update: what an identified caller had answered when she hung up, kept for a day.

Rule: a draft is never a declaration. It is sealed with the site's key together with whose it is and for which month, and is given
back to nobody else, for no other month, and not after 24 hours.
"""

import datetime as dt
import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from handlers.base import Argument, HandlerContext, Services, handler
from handlers.errors import Refused
from handlers.france_emploi.windows import window_at
from ivr.engine.codec import decode, encode

KIND = "status_update"
KEPT = dt.timedelta(hours=24)
ANSWERS = {
    "looking": "yes_no",
    "worked": "yes_no",
    "hours": "number",
    "pay": "amount",
    "training": "yes_no",
    "sick": "yes_no",
    "maternity": "yes_no",
    "pension": "yes_no",
}
_KINDS: dict[str, tuple[type, ...]] = {"yes_no": (bool,), "number": (int,), "amount": (int, Decimal)}


@handler(
    name="draft.save",
    arguments={"person": "text", **{name: Argument(type_, required=False) for name, type_ in ANSWERS.items()}},
    refusals=("window_closed",),
    returns={"kept": "number"},
)
def save(arguments: Mapping[str, Any], services: Services, context: HandlerContext) -> dict[str, int]:
    """Keep what was answered so far, in the place of what was kept before: how many answers that is.

    It is no write to the menus: nothing comes of it, and a caller may still go back.
    """
    window = window_at(context.today)
    if not window.holds(context.today):
        raise Refused("window_closed")
    person = str(arguments["person"])
    answers = {name: arguments[name] for name in ANSWERS if arguments.get(name) is not None}
    draft = {"person": person, "month": window.month, "on": context.today, "answers": answers}
    sealed = services.seal(json.dumps(encode(draft)))
    services.drafts.save(owner(person, services), KIND, sealed, context.at, context.at + KEPT)
    return {"kept": len(answers)}


@handler(name="draft.load", arguments={"person": "text"}, returns={"on": "date", **ANSWERS})
def load(arguments: Mapping[str, Any], services: Services, context: HandlerContext) -> dict[str, Any] | None:
    """What she had answered for the month that is open, and on what day; none for what she had not, or without a draft."""
    person = str(arguments["person"])
    sealed = services.drafts.load(owner(person, services), KIND, context.at)
    draft = None if sealed is None else _opened(sealed, services)
    window = window_at(context.today)
    if draft is None or not window.holds(context.today) or (draft["person"], draft["month"]) != (person, window.month):
        return None
    answers = draft["answers"]
    return {"on": draft["on"]} | {name: _answer(answers.get(name), type_) for name, type_ in ANSWERS.items()}


@handler(name="draft.forget", arguments={"person": "text"})
def forget(arguments: Mapping[str, Any], services: Services, _context: HandlerContext) -> None:
    """Delete her draft, if there is one."""
    services.drafts.forget(owner(str(arguments["person"]), services), KIND)


def owner(person: str, services: Services) -> str:
    """What a draft is found by: nobody can tell from it whose it is."""
    return services.fingerprint(f"draft:{person}")


def _opened(sealed: str, services: Services) -> Mapping[str, Any] | None:
    """A draft that was sealed with another key, or in another form by an earlier release, counts as none."""
    try:
        draft = decode(json.loads(services.unseal(sealed)))
        return draft if {"person", "month", "on", "answers"} <= draft.keys() else None
    except Exception:
        return None


def _answer(value: Any, type_: str) -> Any:
    right = isinstance(value, _KINDS[type_]) and (type_ == "yes_no") == isinstance(value, bool)
    return value if right else None
