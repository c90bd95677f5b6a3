"""Valid documents of every kind, and faulty ones made from them by one change."""

import copy
import re
from collections.abc import Iterator
from typing import Any

import yaml

from ivr.language.schema.registry import KINDS

SETTINGS = """\
service: base
title: { fr: Base, en: Base }
languages: [fr, en]
numbers: ["3900", "+33199000000"]
entry: example
main_menu: example
hand_over: conseiller
identify: who
default_queue: conseillers
timezone: Europe/Paris
universals:
  agent: { key: "0", phrases: { fr: [un conseiller], en: [an adviser] } }
  repeat: { key: "9" }
defaults:
  attempts: 2
  noinput: 5s
  interdigit: 3s
  endpoint: 800ms
  handler_timeout: 8s
  bargein: keys
hours:
  conseillers:
    monday to friday: "08:30-12:00, 13:30-16:30"
    samedi: ["09:00-12:00"]
    holidays: closed
    exceptions: { 2026-12-24: "08:30-12:00", 2026-12-31: closed }
queues: { conseillers: { hours: conseillers }, nuit: {} }
extensions: { accueil: 100 }
transfer_numbers: { mairie: "+33199000001" }
texts: { goodbye: { fr: Au revoir., en: Goodbye. } }
limits: { steps_a_turn: 400, turns: 300, depth: 10, trail: 5 }
accept: 0.6
confirm_below: 80%
patient_factor: 150
note: A remark.
"""
HANDLERS = """\
handlers:
  payments.next:
    arguments: { person: { type: text, required: yes }, count: { type: number, required: no, secret: no } }
    write: no
    timeout: 3s
    refusals: [unknown_person]
    irreversible: no
    returns: { amount: amount, date: date }
  payments.last:
    returns: [{ amount: amount }]
"""
CONVERSATION = """\
conversation: She hears when she is paid
caller: "0199000001"
number: "3900"
at: 2026-11-23T10:00+01:00
language: fr
handlers:
  payments.next: [{ gives: { amount: "1.00" }, after: 2s }, { refuses: unknown_person }, { fails: yes }, { unknown: yes }]
turns:
  - hears: [Bonjour., Ici la base.]
  - presses: "1 2#"
    early: yes
  - says: mon paiement
    confidence: 0.7
  - waits
  - waits: yes
  - hears_part: Bonjour.
  - calls: payments.next
    with: { person: P-1, count: 3 }
  - speaks: 3s
  - transfer_ends: busy
  - hangs_up: yes
    early: yes
ends: { outcome: completed, service: payments, transfer: "queue:conseillers", reason: asked }
"""
HEAD = "dialog: example\nsteps:\n"
WHOLE_HEAD = """\
dialog: example
title: { fr: Exemple, en: Example }
owner: Service courrier
review_by: 2027-01-31
parameters: [why]
requires: identified
service: example
note: A remark.
allow: { useless-allow: an example of a reason }
steps:
"""
FILES = {
    "service.yaml": SETTINGS,
    "handlers.yaml": HANDLERS,
    "conversations/hello.yaml": CONVERSATION,
    "conseiller.yaml": "dialog: conseiller\nsteps: [{ transfer: conseillers }, hangup]\n",
    "who.yaml": "dialog: who\nsteps: [set: { caller.verified: '{{ true }}', caller.person: P-1 }]\n",
    "example.yaml": HEAD + "  - hangup\n",
    "hello.wav": "no sound",
}
REST = """\
  - say: { fr: [{ recording: hello.wav, text: Bonjour. }, à vous.], en: Hello. }
    from: 2026-01-01
    until: 2026-12-31T23:00
  - ask: number
    type: identifier
    length: 11
    groups: 3 3 5
    secret: yes
    read_back: yes
    agent_on_zero: no
    prompt: { fr: "Votre numéro ?", en: "Your number?" }
    help: { fr: Il est sur vos lettres., en: It is on your letters. }
    confirmation: { fr: "{{ value }}, est-ce bien cela ?", en: "{{ value }}, is that so?" }
    incomplete: 2s
    longest_speech: 20s
    longest_turn: 60s
  - menu: subject
    say_all_languages: yes
    prompt: { fr: "Pour un rappel, tapez 1.", en: "For a call back, press 1." }
    choices:
      - { key: 1, intent: callback }
  - callback: conseillers
    slot: morning
    on_unknown: [return]
  - transfer: conseillers
    on_noanswer: [hangup: { fr: Personne n'a répondu., en: Nobody answered. }]
    on_closed: [hangup]
    on_full: [hangup]
    on_failed: [hangup]
"""
EXAMPLES = {name: "".join(f"  {line}\n" for line in kind.example.splitlines()) for name, kind in KINDS.items()}
INSTEAD: tuple[Any, ...] = ("", None, "zz zz", 7, -1, 2.5, True, [], ["zz"], {}, {"zz": "zz"})


def examples() -> Iterator[tuple[str, str, str]]:
    """(name, path in the service, text) of valid documents that have every key between them."""
    yield "head", "example.yaml", WHOLE_HEAD + "  - hangup\n"
    yield "rest", "example.yaml", HEAD + REST
    for name, steps in EXAMPLES.items():
        head = HEAD.replace("steps:", "parameters: [reason]\nsteps:") if "{{ reason" in steps else HEAD
        yield name, "example.yaml", head + steps
    for path in ("service.yaml", "handlers.yaml", "conversations/hello.yaml"):
        yield path, path, FILES[path]


class Core(yaml.SafeLoader):
    """YAML 1.2 as editors read it: `no` is a text, 012 a number, a date a text."""


Core.yaml_implicit_resolvers = {}
for _tag, _pattern, _first in (
    ("bool", r"^(?:true|True|TRUE|false|False|FALSE)$", "tTfF"),
    ("null", r"^(?:~|null|Null|NULL|)$", ["~", "n", "N", ""]),
    ("int", r"^[-+]?[0-9]+$", "-+0123456789"),
    ("float", r"^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$", "-+0123456789."),
):
    Core.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(_pattern), list(_first))


def data_of(text: str) -> Any:
    """A document as an editor sees it."""
    return yaml.load(text, Loader=Core)


def changed(document: Any) -> Iterator[tuple[str, Any]]:
    """The document with one thing taken away, added, renamed or put in another's place; and what was done."""
    for path in _paths(document):
        where = "/".join(map(str, path))
        for other in INSTEAD:
            yield f"{where} is {other!r}", _with(document, path, lambda parent, key, other=other: parent.__setitem__(key, other))
        yield f"{where} is gone", _with(document, path, lambda parent, key: parent.__delitem__(key))
        if isinstance(path[-1], str):
            yield f"{where} is renamed", _with(document, path, _renamed)
        if isinstance(_at(document, path), dict):
            yield f"{where} has more", _with(document, path, lambda parent, key: parent[key].__setitem__("zz", "zz"))


def _renamed(parent: Any, key: Any) -> None:
    parent[f"{key}x"] = parent.pop(key)


def _paths(node: Any, before: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    items = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in items:
        yield (*before, key)
        yield from _paths(value, (*before, key))


def _at(node: Any, path: tuple[Any, ...]) -> Any:
    for key in path:
        node = node[key]
    return node


def _with(document: Any, path: tuple[Any, ...], change: Any) -> Any:
    copied = copy.deepcopy(document)
    change(_at(copied, path[:-1]), path[-1])
    return copied
