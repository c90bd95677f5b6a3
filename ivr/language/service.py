"""service.yaml: what holds for the whole service."""

import dataclasses
from collections.abc import Mapping
from functools import cache
from importlib import resources
from zoneinfo import ZoneInfo, available_timezones

from ivr.engine.commands import BargeIn
from ivr.engine.expressions import Name
from ivr.engine.flow import UNIVERSALS, Fragment, Hours, Limits, Template, Universal, Wording
from ivr.language.desk import Defaults, Desk, World
from ivr.language.issues import Report, closest
from ivr.language.keys import Block, Fields, Key, read_fields
from ivr.language.nodes import Mapping as MappingNode
from ivr.language.nodes import Node, Scalar, plain
from ivr.language.opening import HoursShape
from ivr.language.reading import read_yaml
from ivr.language.schema.questions import TIMES, timing
from ivr.language.shapes import (
    A_DIALOG,
    A_NAME,
    PHONE_KEY,
    SOME_HOURS,
    Duration,
    ListOf,
    MapOf,
    OneOf,
    Pattern,
    Schema,
    Share,
    Text,
    Whole,
)
from ivr.language.wording import LANGUAGE, PHRASES, WORDING


class ZoneShape(Text):
    """A name of the time zone database; that it exists is seen when the service is read."""

    def schema(self) -> Schema:
        return {"type": "string", "pattern": r"^[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+)*$"}


SERVICE_NAME = Pattern(r"[a-z][a-z0-9-]*", "a service's name", "bad-name", "small letters, digits and hyphens")
A_LANGUAGE_CODE = Pattern(LANGUAGE, "a language code", "unknown-language", "for instance fr, en")

UNIVERSAL = Block(
    "a universal action",
    (
        Key("key", PHONE_KEY, "The key that does it in menus."),
        Key("phrases", PHRASES, "What a caller may say for it."),
    ),
)
DEFAULTS = Block(
    "defaults",
    (
        Key("attempts", Whole(1, 10), "After how many silences, or answers not understood, a question gives up."),
        Key("noinput", Duration(500, 60_000), "How long to wait for the caller."),
        Key("interdigit", Duration(500, 60_000), "How long to wait for the next digit."),
        Key("endpoint", Duration(100, 10_000), "How much silence ends a complete answer by voice."),
        Key("incomplete", Duration(100, 10_000), "How much silence ends an incomplete answer by voice."),
        Key("longest_speech", Duration(1_000, 600_000), "How long an answer by voice may be."),
        Key("longest_turn", Duration(1_000, 600_000), "How long one question may take in all."),
        Key("handler_timeout", Duration(100, 60_000), "How long a handler may take."),
        Key("bargein", OneOf(tuple(each.value for each in BargeIn)), "What may interrupt a question."),
    ),
)
LIMITS = Block(
    "limits",
    (
        Key("steps_a_turn", Whole(10, 10_000), "Steps without waiting for the caller."),
        Key("turns", Whole(10, 10_000), "Turns of one call."),
        Key("depth", Whole(2, 100), "Dialogs inside dialogs."),
        Key("trail", Whole(1, 100), "How far 'back' goes."),
    ),
)
QUEUE = Block("a queue", (Key("hours", SOME_HOURS, "Its opening hours."),))

SERVICE_KEYS = (
    Key("service", SERVICE_NAME, "The service's name.", required=True),
    Key("title", WORDING, "The service's name for people."),
    Key("languages", ListOf(A_LANGUAGE_CODE), "The languages, the first one by default.", required=True),
    Key("numbers", ListOf(Text()), "The numbers that callers dial."),
    Key("entry", A_DIALOG, "The dialog with which a call begins.", required=True),
    Key("main_menu", A_DIALOG, "The dialog to which callers return; otherwise the entry."),
    Key("identify", A_DIALOG, "The dialog that identifies the caller."),
    Key("hand_over", A_DIALOG, "The dialog that calls an agent.", required=True),
    Key("default_queue", A_NAME, "The queue when nothing else is known.", required=True),
    Key("timezone", ZoneShape(), "The time zone, for instance Europe/Paris."),
    Key("universals", MapOf[Fields](UNIVERSAL), "What callers may do at any moment."),
    Key("defaults", DEFAULTS, "Times and attempts, where a question has none of its own."),
    Key("hours", MapOf[Hours](HoursShape()), "Opening hours by name."),
    Key("queues", MapOf[Fields](QUEUE), "The agents' queues by name."),
    Key("extensions", MapOf(Pattern(r"[0-9A-Za-z]+", "an extension")), "Extensions to transfer to, by name."),
    Key(
        "transfer_numbers", MapOf(Pattern(r"\+?[0-9]{2,20}", "a number")), "Numbers to which callers may be transferred, by name."
    ),
    Key("texts", MapOf[Wording](WORDING), "The engine's own sentences, in other words."),
    Key("limits", LIMITS, "What ends a call that goes round in circles."),
    Key("accept", Share(), "How sure recognition must be to be believed."),
    Key("confirm_below", Share(), "How sure recognition must be not to be confirmed."),
    Key("patient_factor", Whole(100, 1_000), "How much longer everything takes in patient mode, in per cent."),
)


def first_look(node: Node, world: World) -> World:
    """The names that everything else refers to, before anything is checked."""
    if not isinstance(node, MappingNode):
        return world
    zone = node.get("timezone")
    world = dataclasses.replace(world, languages=_languages(node.get("languages")) or world.languages)
    return dataclasses.replace(
        world,
        zone=_zone(zone.text) or world.zone if isinstance(zone, Scalar) else world.zone,
        hours=_names(node.get("hours")),
        queues=_names(node.get("queues")),
        extensions=_names(node.get("extensions")),
        numbers=_names(node.get("transfer_numbers")),
        defaults=_first_defaults(node.get("defaults"), world),
        universals=_first_universals(node, world),
        identify="identify" in node,
    )


def _languages(node: Node | None) -> tuple[str, ...]:
    if node is None:
        return ()
    codes = plain(node)
    return tuple(code for code in (codes if isinstance(codes, list) else [codes]) if isinstance(code, str))


def _names(node: Node | None) -> tuple[str, ...]:
    return tuple(entry.key.text for entry in node) if isinstance(node, MappingNode) else ()


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def _zone(name: str) -> ZoneInfo | None:
    return ZoneInfo(name) if name in _zones() else None


def _first_defaults(node: Node | None, world: World) -> Defaults:
    if node is None:
        return Defaults()
    fields = DEFAULTS.read(node, Desk(Report(), world))
    return Defaults() if fields is None else _defaults(fields)


def _first_universals(node: MappingNode, world: World) -> dict[str, Universal]:
    given = node.get("universals")
    if given is None:
        return {}
    key = next(key for key in SERVICE_KEYS if key.name == "universals")
    desk = Desk(Report(), world)
    return universals(Fields(node, {"universals": key.shape.read(given, desk) or {}}), desk)


def _defaults(fields: Fields) -> Defaults:
    base = Defaults()
    names = {"noinput_after": "noinput", **{name: name for name in TIMES if name != "noinput_after"}}
    times = {TIMES[name][0]: fields[written] for name, written in names.items() if written in fields}
    return Defaults(
        attempts=fields.get("attempts", base.attempts),
        timing=timing(base.timing, times),
        handler_timeout_ms=fields.get("handler_timeout", base.handler_timeout_ms),
        bargein=BargeIn(fields.get("bargein", base.bargein.value)),
    )


def read_service(node: Node, desk: Desk) -> Fields | None:
    """All keys of service.yaml, checked against what the service defines."""
    if not isinstance(node, MappingNode):
        desk.fault("wrong-shape", node.place, "service.yaml is a block of keys")
        return None
    fields = read_fields(node, SERVICE_KEYS, desk, "service.yaml")
    zone = node.get("timezone")
    if isinstance(zone, Scalar) and _zone(zone.text) is None:
        near = closest(zone.text, _zones())
        desk.fault(
            "bad-value", zone.place, f"'{zone.text[:40]}' is no time zone", near if near.startswith("did") else "Europe/Paris"
        )
    queue = node.get("default_queue")
    if isinstance(queue, Scalar):
        desk.known("unknown-queue", "queue", queue, desk.world.queues)
    return fields


def universals(fields: Fields, desk: Desk) -> dict[str, Universal]:
    """By action; two with one key are a fault."""
    found: dict[str, Universal] = {}
    taken: dict[str, str] = {}
    node = fields.node.get("universals")
    for action, given in fields.get("universals", {}).items():
        place = node.key(action).place if isinstance(node, MappingNode) else fields.place
        if action not in UNIVERSALS:
            desk.fault("unknown-universal", place, f"there is no universal action '{action}'", closest(action, UNIVERSALS))
            continue
        key = given.get("key", "")
        if key and key in taken:
            desk.fault("key-collision", given.at("key"), f"key {key} is taken by '{taken[key]}'", "take another key")
        taken.setdefault(key, action)
        found[action] = Universal(action, key, given.get("phrases", {}))
    return found


def limits(fields: Fields) -> Limits:
    given = fields.get("limits")
    return Limits(**given.values) if isinstance(given, Fields) and "allow" not in given else Limits()


@cache
def own_texts(languages: tuple[str, ...]) -> Mapping[str, Wording]:
    """The engine's sentences in these languages, as shipped."""
    data = (resources.files("ivr.language") / "texts.yaml").read_bytes()
    node = read_yaml(data, "texts.yaml", Report())
    desk = Desk(Report(), World(languages=("fr", "en")))
    assert isinstance(node, MappingNode)
    found: dict[str, Wording] = {}
    for entry in node:
        wording = WORDING.read(entry.value, desk)
        assert wording is not None
        kept = {language: wording.by_language[language] for language in languages if language in wording.by_language}
        found[entry.key.text] = Wording(_spliced(kept) or _spliced(wording.by_language))
    return found


# These names hold whole prompts: the engine splices their parts in.
_PROMPTS = ("label",)


def _spliced(by_language: Mapping[str, Template]) -> dict[str, Template]:
    def one(fragment: Fragment) -> Fragment:
        prompt = isinstance(fragment.expression, Name) and fragment.expression.name in _PROMPTS
        return dataclasses.replace(fragment, type="prompt") if prompt else fragment

    return {language: tuple(one(fragment) for fragment in template) for language, template in by_language.items()}


def texts(fields: Fields, desk: Desk) -> dict[str, Wording]:
    """The engine's sentences, with the service's own in their place."""
    found = dict(own_texts(desk.world.languages))
    node = fields.node.get("texts")
    for name, wording in fields.get("texts", {}).items():
        if name not in found:
            place = node.key(name).place if isinstance(node, MappingNode) else fields.place
            desk.fault("unknown-text", place, f"the engine has no sentence '{name}'", closest(name, found))
            continue
        found[name] = Wording({**found[name].by_language, **_spliced(wording.by_language)})
    missing = [language for language in desk.world.languages if language not in found["goodbye"].by_language]
    if missing:
        place = fields.at("languages")
        desk.fault("missing-language", place, f"the engine has no sentences in {', '.join(missing)}", "give them under 'texts'")
    return found
