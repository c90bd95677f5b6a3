"""A service's map, and a dialog's, as Mermaid flowcharts."""

from collections.abc import Iterator

from ivr.engine.flow import (
    END,
    Ask,
    Assign,
    Between,
    Dialog,
    Flow,
    Goto,
    Handover,
    Hangup,
    Invocation,
    RecordMessage,
    Remark,
    Reset,
    Return,
    Run,
    Say,
    Step,
    Switch,
    TransferTo,
    Variant,
    When,
    Wording,
)
from ivr.language.edges import Doors, dialog_after, ways

LONGEST = 48
_ESCAPES = {"&": "#amp;", '"': "#quot;", "<": "#lt;", ">": "#gt;", "#": "#35;", ";": "#59;", "`": "#96;", "\n": " "}


def service_graph(flow: Flow) -> str:
    """Dialogs and what leads from one to another. Choices stand on their arrows."""
    doors = Doors(flow.main_menu, flow.hand_over)
    lines = ["flowchart TD", f'    {_id("start")}(["{_escaped(", ".join(flow.numbers) or flow.service)}"]) --> {_id(flow.entry)}']
    for name, dialog in flow.dialogs.items():
        lines.append(f'    {_id(name)}["{_escaped(_title(dialog, flow))}"]')
    for name, dialog in flow.dialogs.items():
        if dialog.requires and flow.identify:
            lines.append(f"    {_id(name)} -. identifies .-> {_id(flow.identify)}")
        lines += dict.fromkeys(_arrows(flow, dialog, doors))
    return "\n".join(lines) + "\n"


def _arrows(flow: Flow, dialog: Dialog, doors: Doors) -> Iterator[str]:
    whys = _first_whys(dialog, flow)
    for number, step in enumerate(dialog.steps):
        after = dialog_after(step, doors)
        if after is not None and after in flow.dialogs:
            arrow = "-.->" if isinstance(step, Run) else "-->"
            label = whys.get(number, "")
            text = f'|"{_escaped(label)}"|' if label else ""
            yield f"    {_id(dialog.name)} {arrow}{text} {_id(after)}"


def _first_whys(dialog: Dialog, flow: Flow) -> dict[int, str]:
    """For steps that begin a choice: its key and label."""
    found: dict[int, str] = {}
    for step in dialog.steps:
        if isinstance(step, Ask):
            for choice in step.choices:
                found.setdefault(choice.target, f"{choice.key} {_words(choice.label, flow)}".strip())
    return found


def dialog_graph(flow: Flow, name: str) -> str:
    """The steps of a dialog; node `sN` is step N. Raises KeyError for a dialog that the flow does not have."""
    dialog = flow.dialogs[name]
    lines = ["flowchart TD"]
    ends = False
    for number, step in enumerate(dialog.steps):
        opening, closing = (
            ("{{", "}}") if isinstance(step, Ask) else ("{", "}") if isinstance(step, (When, Between)) else ("[", "]")
        )
        lines.append(f'    s{number}{opening}"{_escaped(_called(step, flow))}"{closing}')
        for way in ways(step):
            ends |= way.target == END
            text = f'|"{_escaped(way.why)}"|' if way.why else ""
            lines.append(f"    s{number} -->{text} {'finish' if way.target == END else f's{way.target}'}")
    if ends:
        lines.append('    finish(["returns"])')
    return "\n".join(lines) + "\n"


def _id(name: str) -> str:
    """Mermaid has words of its own (end, class ...), so every name gets a prefix."""
    return f"d_{name}"


def _escaped(text: str) -> str:
    short = text if len(text) <= LONGEST else text[: LONGEST - 1].rstrip() + "…"
    return "".join(_ESCAPES.get(letter, letter) for letter in short)


def _title(dialog: Dialog, flow: Flow) -> str:
    return dialog.title.get(flow.languages[0], dialog.name)


def _words(wording: Wording, flow: Flow) -> str:
    template = wording.by_language.get(flow.languages[0]) or next(iter(wording.by_language.values()), ())
    return "".join(part.text if part.expression is None else "…" for part in template)


def _called(step: Step, flow: Flow) -> str:
    match step:
        case Say() | Hangup():
            return _words(step.words, flow) or type(step).__name__.lower()
        case Ask():
            asked = _words(step.prompt, flow) or _words(step.introduction, flow)
            return f"{step.name}: {asked}" if asked else step.name
        case Between():
            return "between " + " and ".join(f"{each:%Y-%m-%d}" if each else "…" for each in (step.since, step.until))
        case When() | Return():
            return type(step).__name__.lower()
        case Reset():
            return "main menu"
        case _:
            return _named(step)


def _named(step: Step) -> str:
    """Steps that are told by what they do and one name."""
    match step:
        case Invocation():
            return f"call {step.handler}"
        case Goto() | Run():
            return f"{type(step).__name__.lower()} {step.dialog}"
        case Assign():
            return f"set {step.target}"
        case TransferTo():
            return f"transfer {step.to}"
        case RecordMessage():
            return f"record {step.name}"
        case Remark():
            return f"{step.what} {step.name}"
        case Handover():
            return f"hand over: {step.reason}"
        case Variant():
            return f"variant {step.name}"
        case Switch():
            return f"set {step.what}"
        case _:
            return type(step).__name__.lower()
