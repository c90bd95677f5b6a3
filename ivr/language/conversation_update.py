"""`ivr test --update`: what was really heard and how it really ended, written into a conversation's file.

Rule: the file is edited line by line, so that comments, order, layout and everything that the caller does stay as they are.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from ivr.language.conversation_file import kind_of
from ivr.language.conversations import EXPECTATIONS, Ran, ending, folded, missing_parts, segments
from ivr.language.keys import Fields


@dataclass(frozen=True, slots=True)
class _Edit:
    """Lines `first`..`last` (from 1; none when `last` is before `first`) become other lines."""

    first: int
    last: int
    lines: tuple[str, ...]


def updated(source: str, ran: Ran) -> str:
    """The file's new text; the same text when nothing is to be changed."""
    # Where both are written below the last line, the end goes in first, so that what is heard comes before it.
    edits = [*_end_edit(source, ran), *_heard_edits(ran)]
    lines = source.split("\n")
    for edit in sorted(edits, key=lambda each: (each.first, each.last), reverse=True):
        comment = _comment(lines[edit.first - 1]) if edit.last == edit.first and len(edit.lines) == 1 else ""
        lines[edit.first - 1 : edit.last] = [edit.lines[0] + comment, *edit.lines[1:]] if comment else edit.lines
    return "\n".join(lines)


def _comment(line: str) -> str:
    """A remark at the end of a line that ends in a quoted text."""
    before, sign, after = line.rpartition("#")
    return f"  #{after}" if sign and before.rstrip().endswith(('"', "'", "}")) and before.endswith(" ") else ""


def _heard_edits(ran: Ran) -> list[_Edit]:
    edits: list[_Edit] = []
    turns = ran.conversation.turns
    actions = [turn for turn in turns if kind_of(turn) not in EXPECTATIONS]
    if not turns:
        return []
    done = ran.performed if ran.performed < len(actions) else len(actions)
    for number, expected in enumerate(segments(ran.conversation)):
        if number > done:
            edits += [_replaced(turn, ()) for turn in expected]
            continue
        before = actions[number] if number < len(actions) else None
        edits += _segment_edits(ran, number, expected, before)
    return edits + [_replaced(turn, ()) for turn in actions[done:]]


def _segment_edits(ran: Ran, number: int, expected: Sequence[Fields], before: Fields | None) -> list[_Edit]:
    said = [folded(text) for text in ran.heard[number]]
    whole = " ".join(said)
    words = [turn for turn in expected if kind_of(turn) == "hears"]
    parts = [turn for turn in expected if kind_of(turn) == "hears_part"]
    if words and folded(" ".join(text for turn in words for text in turn["hears"])) == whole:
        return []
    if parts and not words and not missing_parts(parts, whole):
        return []
    old = [*words, *parts]
    if old:
        return [_replaced(old[0], _hears(old[0], said)), *(_replaced(turn, ()) for turn in old[1:])]
    if not said:
        return []
    if before is not None:
        return [_Edit(before.place.line, before.place.line - 1, _hears(before, said))]
    last = max(ran.conversation.turns, key=lambda turn: turn.place.line)
    return [_Edit(last.node.last_line + 1, last.node.last_line, _hears(last, said))]


def _replaced(turn: Fields, lines: tuple[str, ...]) -> _Edit:
    return _Edit(turn.place.line, turn.node.last_line, lines)


def _hears(beside: Fields, said: Sequence[str]) -> tuple[str, ...]:
    indent = " " * max(0, beside.place.column - 3)
    if not said:
        return ()
    if len(said) == 1:
        return (f"{indent}- hears: {_quoted(said[0])}",)
    return (f"{indent}- hears:", *(f"{indent}    - {_quoted(text)}" for text in said))


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _end_edit(source: str, ran: Ran) -> list[_Edit]:
    ends = ran.conversation.ends
    happened = ending(ran.turns, ends.get("service") if ends is not None else None)
    if ends is None:
        last = len(source.rstrip("\n").split("\n"))
        return [_Edit(last + 1, last, (f"ends: {{ outcome: {happened['outcome']} }}",))]
    if all(happened.get(name, "") == ends[name] for name in ("outcome", "service", "transfer", "reason") if name in ends):
        return []
    written = {name: happened.get(name, "") for name in ("outcome", "service", "transfer", "reason") if name in ends}
    inside = ", ".join(f"{name}: {_quoted(value) if ':' in value else value}" for name, value in written.items() if value)
    first = ends.place.line
    lines = source.split("\n")
    while first > 1 and not lines[first - 1].startswith("ends"):
        first -= 1
    return [_Edit(first, ends.node.last_line, (f"ends: {{ {inside} }}",))]
