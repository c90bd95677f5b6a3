"""A folder of menu files to a Flow, with everything that is wrong in it.

Rule: all faults are reported at once; a flow is given only when none of them is an error.
"""

import dataclasses
import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from ivr.engine.flow import Flow, Place
from ivr.language.conversation_file import Conversation, read_conversation
from ivr.language.desk import Desk, DialogHead, HandlerManifest, World
from ivr.language.dialogs import DialogRead, check_caller_names, head_of, read_dialog
from ivr.language.issues import Issue, Report, has_errors
from ivr.language.judging import Case, judge
from ivr.language.keys import Fields
from ivr.language.manifests import read_manifests
from ivr.language.nodes import Mapping as MappingNode
from ivr.language.nodes import Node
from ivr.language.reading import read_yaml
from ivr.language.service import first_look, limits, read_service, texts, universals
from ivr.language.source import Bundle, read_folder, read_zip

SERVICE_FILE = "service.yaml"
HANDLERS_FILE = "handlers.yaml"
CONVERSATIONS = "conversations/"
MESSAGES_FILE = "messages.yaml"  # what SMS, e-mails and letters say: read by those who send them
ATTESTATIONS_FILE = "attestations.yaml"  # what may be certified: read by the handler that does
ELSEWHERE = (CONVERSATIONS, "knowledge/", "intents/", MESSAGES_FILE, ATTESTATIONS_FILE)
NO_DAY = dt.date(2000, 1, 1)
_NAMED = re.compile(rb"^dialog:[ ]*[\"']?([A-Za-z][A-Za-z0-9_]*)", re.MULTILINE)
_HEAD_BYTES = 2_000


@dataclass(frozen=True)
class Loaded:
    """`flow` is there when no issue is an error. `service` holds service.yaml as it was read."""

    flow: Flow | None
    issues: tuple[Issue, ...]
    bundle: Bundle
    service: Fields | None = None
    dialogs: tuple[DialogRead, ...] = ()
    conversations: tuple[Conversation, ...] = ()
    handlers: Mapping[str, HandlerManifest] = field(default_factory=dict)


def load(folder: Path, today: dt.date = NO_DAY) -> Loaded:
    """Read a service's folder. `today` is what review dates are held against."""
    report = Report()
    return _load(read_folder(folder, report), report, today)


def load_bundle(blob: bytes, name: str = "", today: dt.date = NO_DAY) -> Loaded:
    """Read a stored version."""
    report = Report()
    return _load(read_zip(blob, name, report), report, today)


def load_files(bundle: Bundle, today: dt.date = NO_DAY) -> Loaded:
    """Read files that are in memory: a draft in an editor."""
    return _load(bundle, Report(), today)


def _load(bundle: Bundle, report: Report, today: dt.date) -> Loaded:
    nodes = _nodes(bundle, report)
    service_node = nodes.pop(SERVICE_FILE, None)
    handlers_node = nodes.pop(HANDLERS_FILE, None)
    world = World(files=frozenset(bundle.files), today=today)
    if service_node is not None:
        world = first_look(service_node, world)
    elif SERVICE_FILE not in bundle.files:
        report.add(
            "no-service", Place(bundle.shown(SERVICE_FILE), 1, 1), "there is no service.yaml", "it names languages and entry"
        )
    if handlers_node is not None:
        world = dataclasses.replace(world, handlers=read_manifests(handlers_node, Desk(report, world)))
    heads = _heads(nodes, report)
    damaged = _damaged(bundle, nodes)
    world = dataclasses.replace(world, dialogs={**damaged, **{head.name: head for _, head in heads}})
    service = read_service(service_node, Desk(report, world)) if service_node is not None else None
    dialogs = [read_dialog(node, head, Desk(report, world)) for node, head in heads]
    if not damaged:
        check_caller_names(dialogs, report)
    flow = _flow(bundle, service, dialogs, Desk(report, world))
    conversations = _conversations(bundle, report, world)
    if flow is not None and not damaged:
        sound = not has_errors(report.sorted())
        judge(Case(flow, {read.dialog.name: read for read in dialogs}, world.handlers, today, report, sound))
    issues = report.sorted()
    return Loaded(None if has_errors(issues) else flow, issues, bundle, service, tuple(dialogs), conversations, world.handlers)


def _nodes(bundle: Bundle, report: Report) -> dict[str, Node]:
    """Every menu file that can be read, by its path."""
    nodes: dict[str, Node] = {}
    for path in bundle.sources():
        if not path.startswith(ELSEWHERE):
            node = read_yaml(bundle.files[path], bundle.shown(path), report)
            if node is not None:
                nodes[path] = node
    return nodes


def _damaged(bundle: Bundle, nodes: dict[str, Node]) -> dict[str, DialogHead]:
    """Dialogs whose files cannot be read, so that nobody is told that what leads to them is wrong."""
    found: dict[str, DialogHead] = {}
    for path in bundle.sources():
        if path in nodes or path in (SERVICE_FILE, HANDLERS_FILE) or path.startswith(ELSEWHERE):
            continue
        named = _NAMED.search(bundle.files[path][:_HEAD_BYTES])
        name = named[1].decode() if named else PurePosixPath(path).stem
        found[name] = DialogHead(name, Place(bundle.shown(path), 1, 1), damaged=True)
    return found


def _conversations(bundle: Bundle, report: Report, world: World) -> tuple[Conversation, ...]:
    found: list[Conversation] = []
    for path in bundle.sources():
        if path.startswith(CONVERSATIONS):
            file = bundle.shown(path)
            node = read_yaml(bundle.files[path], file, report)
            read = None if node is None else read_conversation(node, file, Desk(report, world))
            if read is not None:
                found.append(read)
    return tuple(found)


def _heads(nodes: dict[str, Node], report: Report) -> list[tuple[MappingNode, DialogHead]]:
    found: dict[str, tuple[MappingNode, DialogHead]] = {}
    for node in nodes.values():
        head = head_of(node)
        if head is None or not isinstance(node, MappingNode):
            report.add("unknown-file", node.place, "this file is not a dialog", "begin it with 'dialog: NAME'")
        elif head.name in found:
            other = found[head.name][1].place
            report.add("duplicate-dialog", head.place, f"'{head.name}' is defined in {other.file} too", "rename one of them")
        else:
            found[head.name] = (node, head)
    return list(found.values())


def _flow(bundle: Bundle, service: Fields | None, dialogs: list[DialogRead], desk: Desk) -> Flow | None:
    if service is None:
        return None
    every = universals(service, desk)
    sentences = texts(service, desk)
    if not all(name in service for name in ("service", "entry", "hand_over")):
        return None
    settings = {name: service[name] for name in ("accept", "confirm_below", "patient_factor") if name in service}
    return Flow(
        version=bundle.version,
        service=service["service"],
        languages=desk.world.languages,
        entry=service["entry"],
        main_menu=service.get("main_menu", service["entry"]),
        hand_over=service["hand_over"],
        dialogs={read.dialog.name: read.dialog for read in dialogs},
        identify=service.get("identify"),
        default_queue=service.get("default_queue", "conseillers"),
        numbers=service.get("numbers", ()),
        timezone=desk.world.zone.key,
        universals=every,
        hours=service.get("hours", {}),
        queues={name: queue.get("hours", "") for name, queue in service.get("queues", {}).items()},
        texts=sentences,
        limits=limits(service),
        **settings,
    )
