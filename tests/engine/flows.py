"""Small flows written by hand, for tests of the engine alone."""

import datetime as dt
from collections.abc import Mapping

from ivr.engine.expressions import Constant, Item, Name
from ivr.engine.flow import (
    END,
    Choice,
    Dialog,
    Flow,
    Fragment,
    Hours,
    Place,
    Step,
    TransferTo,
    Universal,
    Wording,
)
from ivr.engine.session import Call

AT = dt.datetime(2026, 11, 23, 9, 0, tzinfo=dt.UTC)  # a Monday, ten o'clock in Paris
CALL = Call("c1", "3949", AT)


def words(french: str, english: str | None = None) -> Wording:
    return Wording({"fr": (Fragment(french),), "en": (Fragment(english or french),)})


def valued(before: str, name: str, kind: str = "text") -> Wording:
    """Words followed by the value of a name or of `name.item`."""
    first, _, item = name.partition(".")
    expression = Item(Name(first), Constant(item)) if item else Name(first)
    return Wording({"fr": (Fragment(before), Fragment(expression=expression, type=kind))})


TEXTS: Mapping[str, Wording] = {
    "noinput": words("Je n'entends rien."),
    "nomatch": words("Je ne comprends pas."),
    "goodbye": words("Au revoir."),
    "fault": words("Un incident est survenu."),
    "handing_over": words("Un conseiller va vous répondre."),
    "handler_failed": words("Le service ne répond pas."),
    "unknown_result": words("Votre demande est en cours."),
    "not_confirmed": words("Recommençons."),
    "back_nothing": words("Rien avant."),
    "no_help": words("Pas d'aide."),
    "slower": words("Je ralentis."),
    "confirm": Wording({"fr": (Fragment(expression=Name("value"), type="prompt"), Fragment(", c'est bien cela ?"))}),
    "choice": Wording(
        {
            "fr": (
                Fragment("Pour "),
                Fragment(expression=Name("label"), type="prompt"),
                Fragment(", tapez "),
                Fragment(expression=Name("key")),
                Fragment("."),
            )
        }
    ),
}

UNIVERSALS = {
    "agent": Universal("agent", "0", {"fr": ("un conseiller",)}),
    "repeat": Universal("repeat", "9", {"fr": ("répéter",)}),
    "back": Universal("back", "*", {"fr": ("retour",)}),
    "main_menu": Universal("main_menu", "#", {"fr": ("menu principal",)}),
    "stop": Universal("stop", "", {"fr": ("terminer",)}),
    "slower": Universal("slower", "", {"fr": ("moins vite",)}),
    "language": Universal("language", "", {"fr": ("langue",)}),
    "help": Universal("help", "", {"fr": ("aide",)}),
}


def dialog(name: str, *steps: Step, service: str | None = None, requires: str = "", parameters: tuple[str, ...] = ()) -> Dialog:
    places = tuple(Place(f"{name}.yaml", number + 1, 1) for number in range(len(steps)))
    return Dialog(name, {"fr": name}, steps, places, parameters, requires, service)


def choice(value: str, key: str, target: int, *phrases: str) -> Choice:
    return Choice(value, key, words(value), {"fr": phrases or (value,)}, None, target)


def flow(*dialogs: Dialog, **fields: object) -> Flow:
    """A flow whose entry and main menu are the first dialog; an `agent` dialog transfers."""
    agent = dialog("agent", TransferTo("queue:conseillers", None, words("Patientez."), END), parameters=("reason",))
    every = {one.name: one for one in (*dialogs, agent)}
    known: dict[str, object] = {"languages": ("fr", "en"), "main_menu": dialogs[0].name, "hand_over": "agent"}
    hours = {"conseillers": Hours(((0, dt.time(8, 30), dt.time(16, 30)),))}
    return Flow(
        version="v1",
        service="test",
        entry=dialogs[0].name,
        dialogs=every,
        universals=UNIVERSALS,
        texts=TEXTS,
        hours=hours,
        **{**known, **fields},
    )  # type: ignore[arg-type]  # fields are checked by Flow itself
