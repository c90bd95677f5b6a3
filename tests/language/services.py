"""Small services made of text: a base without any fault, and what a test puts in its place."""

import datetime as dt
from collections.abc import Iterable, Mapping

from ivr.language.conversations import Ran, Stage, run
from ivr.language.loading import Loaded, load_files
from ivr.language.source import Bundle
from speech.understanding.phrases import PhraseInterpreter

TODAY = dt.date(2026, 11, 23)

BASE_SERVICE = """\
service: base
languages: [fr]
numbers: ["3900"]
entry: example
main_menu: example
hand_over: conseiller
default_queue: conseillers
universals: { agent: { key: "0", phrases: [un conseiller] } }
hours: { bureaux: { monday to friday: "08:30-16:30" } }
queues: { conseillers: { hours: bureaux } }
"""
BASE = {
    "service.yaml": BASE_SERVICE,
    "example.yaml": """\
dialog: example
steps:
  - say: Bonjour.
  - hangup: Au revoir.
""",
    "conseiller.yaml": """\
dialog: conseiller
parameters: [reason]
steps:
  - transfer: conseillers
    prompt: Je vous mets en relation.
  - hangup: Personne n'a pu répondre.
""",
    "handlers.yaml": """\
handlers:
  demo.read:
    arguments: { title: { type: text, required: no } }
    refusals: [unknown_person]
    returns: { amount: amount, date: date }
  demo.burn:
    arguments: { letter: { type: text } }
    write: yes
    irreversible: yes
""",
}


def with_settings(given: str) -> str:
    """The base service.yaml with some keys first, in place of its own."""
    keys = {line.split(":")[0] for line in given.splitlines() if line and line[0] not in " #"}
    rest = [line for line in BASE_SERVICE.splitlines(keepends=True) if line.split(":")[0] not in keys]
    return given + "".join(rest)


def bundle(files: Mapping[str, str] | None = None, settings: str = "", without: Iterable[str] = ()) -> Bundle:
    """The base service with other files beside or instead of its own."""
    whole = {**BASE, "service.yaml": with_settings(settings), **(files or {})}
    return Bundle("", {path: text.encode() for path, text in whole.items() if path not in set(without)})


def loaded(files: Mapping[str, str] | None = None, settings: str = "", without: Iterable[str] = ()) -> Loaded:
    return load_files(bundle(files, settings, without), TODAY)


def dialog(steps: str, settings: str = "") -> Loaded:
    """The base service with these steps in `example.yaml`; step 1 stands on line 3, column 5."""
    indented = "".join(f"  {line}" if line.strip() else line for line in steps.splitlines(keepends=True))
    return loaded({"example.yaml": f"dialog: example\nsteps:\n{indented}"}, settings)


def conversed(read: Loaded) -> tuple[Ran, ...]:
    """The service's conversations, run."""
    assert read.flow is not None, [str(issue) for issue in read.issues]
    stage = Stage(read.flow, read.handlers, PhraseInterpreter())
    return tuple(run(conversation, stage) for conversation in read.conversations)
