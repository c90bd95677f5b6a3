"""Conversations run on the scripted line with a clock of its own: what was heard and how it ended, against the file.

Rule: the same loop, collecting and engine as on the phone; nothing waits for real time.
"""

import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ivr.engine.codec import decode, encode
from ivr.engine.events import TransferResult
from ivr.engine.flow import Flow, Place
from ivr.engine.secrets import Secret
from ivr.engine.session import Call, Turn
from ivr.language.conversation_file import Conversation, kind_of
from ivr.language.desk import HandlerManifest
from ivr.language.injecting import HandlerCall, Injecting
from ivr.language.issues import Issue, Report
from ivr.language.keys import Fields
from ivr.ports.interpreter import Interpreter
from ivr.ports.invoker import Invoker
from ivr.runtime.loop import Ports, drive
from ivr.runtime.scripted import Action, HangsUp, Presses, Says, ScriptedChannel, Silence, Speaks, TransferEnds, VirtualClock
from ivr.runtime.vault import Vault

EXPECTATIONS = ("hears", "hears_part", "calls")


@dataclass(frozen=True)
class Ran:
    """A conversation that was run. `heard` has, for each action and the end, the prompts heard before it.

    `performed` counts the actions that were done (one more than the file has, when the caller hung up at its end).
    """

    conversation: Conversation
    issues: tuple[Issue, ...]
    heard: tuple[tuple[str, ...], ...]
    turns: tuple[Turn, ...]
    performed: int

    @property
    def passed(self) -> bool:
        return not self.issues


@dataclass(frozen=True)
class Stage:
    """What conversations run against. `invoker` makes the handlers beneath those that a file injects (none: they fail)."""

    flow: Flow
    handlers: Mapping[str, HandlerManifest]
    interpreter: Interpreter
    invoker: Callable[[Conversation, VirtualClock], Invoker | None] = lambda conversation, clock: None


class _ListJournal:
    """Implements ivr.ports.journal.Journal; each turn is written out and read back, as between two turns of a real call."""

    def __init__(self) -> None:
        self.turns: list[Turn] = []

    def append(self, turn: Turn) -> None:
        if decode(encode(turn)) != turn:
            raise ValueError(f"turn {turn.number} does not survive being written and read")
        self.turns.append(turn)


def run(conversation: Conversation, stage: Stage) -> Ran:
    """Run one conversation."""
    clock = VirtualClock(conversation.at)
    actions = [turn for turn in conversation.turns if kind_of(turn) not in EXPECTATIONS]
    channel = ScriptedChannel(clock, [_action(turn) for turn in actions])
    beneath = stage.invoker(conversation, clock)
    invoker = Injecting(conversation.handlers, stage.handlers, beneath, lambda: channel.performed)
    journal = _ListJournal()
    vault = Vault(conversation.caller)
    drive(stage.flow, _call(conversation, stage.flow), channel, Ports(invoker, stage.interpreter, journal, clock), vault)
    # After the last action the scripted caller hangs up, which counts as one more.
    heard = tuple(
        tuple(text for performed, text in channel.said if performed == number or (number == len(actions) and performed > number))
        for number in range(len(actions) + 1)
    )
    report = Report()
    _compare_heard(conversation, heard, report)
    _compare_calls(conversation, invoker.calls, report)
    if channel.performed < len(actions):
        left = actions[channel.performed]
        report.add("ended-early", left.place, f"the call is over before the caller {_told(left)}", "take the turn out")
    _compare_end(conversation, journal.turns, report)
    return Ran(conversation, report.sorted(), heard, tuple(journal.turns), channel.performed)


def _told(turn: Fields) -> str:
    kind = kind_of(turn)
    return f"{kind} '{turn[kind]}'" if isinstance(turn[kind], str) else kind.replace("_", " ")


def _call(conversation: Conversation, flow: Flow) -> Call:
    dialled = conversation.number or (flow.numbers[0] if flow.numbers else "")
    caller = Secret("caller", "phone", len(conversation.caller), spoken=True) if conversation.caller else None
    language = conversation.language or flow.languages[0]
    return Call("conversation", dialled, conversation.at, caller, "conversation", language, "conversation")


def _action(turn: Fields) -> Action:
    early = turn.get("early", False)
    match kind_of(turn):
        case "presses":
            return Presses(turn["presses"].replace(" ", ""), early)
        case "says":
            return Says(turn["says"], turn.get("confidence", 1.0), early)
        case "speaks":
            return Speaks(turn["speaks"])
        case "hangs_up":
            return HangsUp(early)
        case "transfer_ends":
            return TransferEnds(TransferResult(turn["transfer_ends"]))
        case _:
            return Silence()


def segments(conversation: Conversation) -> list[list[Fields]]:
    """The expectations before each action, and after the last one."""
    found: list[list[Fields]] = [[]]
    for turn in conversation.turns:
        if kind_of(turn) in EXPECTATIONS:
            found[-1].append(turn)
        else:
            found.append([])
    return found


def _compare_heard(conversation: Conversation, heard: tuple[tuple[str, ...], ...], report: Report) -> None:
    for expected, said in zip(segments(conversation), heard, strict=True):
        whole = folded(" ".join(said))
        words = [turn for turn in expected if "hears" in turn]
        wanted = folded(" ".join(text for turn in words for text in turn["hears"]))
        if words and wanted != whole:
            report.add(
                "heard-otherwise", words[0].at("hears"), _difference(wanted, whole), "'ivr test --update' writes what is heard"
            )
        _compare_parts([turn for turn in expected if "hears_part" in turn], whole, report)


def _compare_parts(turns: list[Fields], whole: str, report: Report) -> None:
    for turn, part in missing_parts(turns, whole):
        report.add("heard-otherwise", turn.at("hears_part"), f"'{part}' is not in '{whole}'", "correct the words or the menu")


def missing_parts(turns: list[Fields], whole: str) -> list[tuple[Fields, str]]:
    """The words that are not heard in their order."""
    missing: list[tuple[Fields, str]] = []
    at = 0
    for turn in turns:
        for part in (folded(text) for text in turn["hears_part"]):
            found = whole.find(part, at)
            if found < 0:
                missing.append((turn, part))
            else:
                at = found + len(part)
    return missing


def folded(text: str) -> str:
    """One space between words, none around them."""
    return " ".join(text.split())


def _difference(wanted: str, heard: str) -> str:
    """Both texts, from the words before the first that differs."""
    matching = (
        difflib.SequenceMatcher(None, wanted, heard, autojunk=False).find_longest_match() if not heard or not wanted else None
    )
    if matching is not None:
        return f"expected '{wanted}', heard '{heard}'"
    same = next(
        (number for number, (a, b) in enumerate(zip(wanted, heard, strict=False)) if a != b), min(len(wanted), len(heard))
    )
    start = max(0, wanted.rfind(" ", 0, max(0, same - 20)))
    dots = "... " if start else ""
    return f"expected '{dots}{wanted[start:].strip()}', heard '{dots}{heard[start:].strip()}'"


def _compare_calls(conversation: Conversation, calls: list[HandlerCall], report: Report) -> None:
    for number, expected in enumerate(segments(conversation)):
        made = [call for call in calls if call.after == number]
        for turn in (turn for turn in expected if "calls" in turn):
            wanted = {name: str(value) for name, value in turn.get("with", {}).items()}
            fitting = [call for call in made if call.handler == turn["calls"] and wanted.items() <= call.arguments.items()]
            if fitting:
                made = made[made.index(fitting[0]) + 1 :]
                continue
            happened = "; ".join(f"{call.handler} {dict(call.arguments)}" for call in made) or "no handler is called"
            report.add("called-otherwise", turn.at("calls"), f"'{turn['calls']}' is not called so here: {happened}", "correct it")


def _compare_end(conversation: Conversation, turns: list[Turn], report: Report) -> None:
    ends = conversation.ends
    if ends is None:
        return
    happened = ending(turns, ends.get("service"))
    for name in ("service", "outcome", "transfer", "reason"):
        if name in ends and ends[name] != happened.get(name, ""):
            message = f"{name} is '{happened.get(name, '')}', not '{ends[name]}'"
            report.add("ended-otherwise", _place(ends, name), message, "'ivr test --update' writes what happened")


def _place(fields: Fields, name: str) -> Place:
    return fields.at(name)


def ending(turns: list[Turn] | tuple[Turn, ...], service: str | None = None) -> dict[str, str]:
    """How a call ended: its outcome (that of a service, when one is named), the last transfer, the reason."""
    last = turns[-1].session
    found = {"outcome": last.outcome, "reason": last.reason, "service": ""}
    for note in (note for turn in turns for note in turn.notes):
        if note.what == "transfer":
            found["transfer"] = note.name
        elif note.what == "outcome" and service is not None and note.name == service:
            found["service"] = service
            found["outcome"] = note.detail.split(":")[0]
    return found
