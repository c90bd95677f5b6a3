"""A call made in the terminal, written as a conversation that `ivr test` runs."""

import io
from collections.abc import Sequence

from ruamel.yaml import YAML
from ruamel.yaml.scalarstring import DoubleQuotedScalarString as Quoted

from ivr.engine.commands import Collect, Play, Record, Transfer
from ivr.engine.session import Call, Turn
from ivr.runtime.showing import shown


def conversation(call: Call, actions: Sequence[tuple[str, str]], turns: Sequence[Turn], caller: str) -> str:
    """YAML: what was heard before each action, in order, and how the call ended."""
    heard: list[list[str]] = [[]]
    steps: list[dict[str, object]] = []
    waiting = list(actions)
    for turn in turns:
        for command in turn.commands:
            if isinstance(command, (Play, Collect, Record, Transfer)) and command.prompt:
                heard[-1].append(shown(command.prompt))
        if turn.commands and isinstance(turn.commands[-1], (Collect, Record)) and waiting:
            kind, text = waiting.pop(0)
            steps.append({"hears": Quoted(" ".join(heard[-1]))})
            steps.append({kind: Quoted(text) if text else True})
            heard.append([])
    if heard[-1]:
        steps.append({"hears": Quoted(" ".join(heard[-1]))})
    last = turns[-1]
    form = {
        "conversation": f"Appel du {call.at:%Y-%m-%d à %H:%M}",
        "caller": Quoted(caller),
        "at": call.at.isoformat(timespec="minutes"),
        "turns": steps,
        "ends": {"outcome": last.session.outcome},
    }
    stream = io.StringIO()
    writer = YAML()
    writer.width = 120
    writer.allow_unicode = True
    writer.dump(form, stream)
    return stream.getvalue()
