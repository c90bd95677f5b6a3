"""The checked dialogue model: what `ivr.language` makes of a folder of menu files and the engine runs.

Rule: a Flow is whole and immutable; every name in it is known to exist. Nested YAML blocks are laid out flat: a dialog is a
tuple of steps, each names the index of the next one, and `END` returns from the dialog.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from ivr.engine.commands import BargeIn, Timing
from ivr.engine.expressions import Expression

END = -1


@dataclass(frozen=True, slots=True)
class Place:
    """Where a step stands in the menu files; lines and columns count from 1."""

    file: str
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Fragment:
    """A piece of a template: words, a human recording of these words, or an expression shown as a value of a type."""

    text: str = ""
    recording: str | None = None
    expression: Expression | None = None
    type: str = "text"
    params: Mapping[str, Any] = field(default_factory=dict)


Template = tuple[Fragment, ...]


@dataclass(frozen=True, slots=True)
class Wording:
    """What is said, by language. An empty mapping says nothing."""

    by_language: Mapping[str, Template] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.by_language)


@dataclass(frozen=True, slots=True)
class Choice:
    """One way out of a menu. `value` is what the menu's name holds afterwards; `key` is empty where it can only be said."""

    value: str
    key: str
    label: Wording
    phrases: Mapping[str, tuple[str, ...]]
    intent: str | None
    target: int
    only_when: Expression | None = None


@dataclass(frozen=True, slots=True)
class Say:
    words: Wording
    next: int
    bargein: BargeIn = BargeIn.KEYS


@dataclass(frozen=True, slots=True)
class Ask:
    """A field, or with `choices` a menu. `introduction` is said once, `prompt` each time.

    `noinput` and `nomatch` are said on the first, second ... occurrence (the last one from then on), then the prompt again.
    After `attempts` of one kind, `on_give_up` runs; END there means the flow's hand-over. `confirm` is never, unsure or always.
    Choices' labels are said after the prompt, each followed by its key, when `list_choices`.
    """

    name: str
    prompt: Wording
    next: int
    type: str = "choice"
    params: Mapping[str, Any] = field(default_factory=dict)
    choices: tuple[Choice, ...] = ()
    list_choices: bool = False
    introduction: Wording = Wording()
    help: Wording = Wording()
    noinput: tuple[Wording, ...] = ()
    nomatch: tuple[Wording, ...] = ()
    attempts: int = 3
    on_give_up: int | None = None
    confirm: str = "never"
    confirmation: Wording = Wording()
    irreversible: bool = False
    secret: bool = False
    spoken_secret: bool = False
    agent_on_zero: bool = True
    bargein: BargeIn = BargeIn.KEYS_AND_VOICE
    timing: Timing = Timing()
    open_words: bool = False


@dataclass(frozen=True, slots=True)
class When:
    test: Expression
    then: int
    otherwise: int


@dataclass(frozen=True, slots=True)
class Between:
    """A part that holds from a moment until another (either may be open)."""

    since: dt.datetime | None
    until: dt.datetime | None
    then: int
    otherwise: int


@dataclass(frozen=True, slots=True)
class Variant:
    """Callers are divided by a hash of their call's id: (share, target) in per cent, the last takes what remains."""

    name: str
    shares: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Assign:
    """`target` is a name of the frame, or `caller.NAME` which lasts for the call."""

    target: str
    value: Expression
    next: int


@dataclass(frozen=True, slots=True)
class Invocation:
    """A handler call. A result without a target of its own goes to `on_failure`; without that, to the hand-over.

    `on_unknown` is for a write whose end is not known: it must not be told as failed.
    """

    handler: str
    arguments: Mapping[str, Expression]
    into: str | None
    next: int
    timeout_ms: int
    write: bool = False
    filler: Wording = Wording()
    on_failure: int | None = None
    on_refused: Mapping[str, int] = field(default_factory=dict)
    on_unknown: int | None = None


@dataclass(frozen=True, slots=True)
class Goto:
    """Go on in another dialog, and not come back to this one."""

    dialog: str
    arguments: Mapping[str, Expression] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Run:
    """A sub-dialog: run it and go on here with its result."""

    dialog: str
    next: int
    arguments: Mapping[str, Expression] = field(default_factory=dict)
    into: str | None = None


@dataclass(frozen=True, slots=True)
class Return:
    value: Expression | None = None


@dataclass(frozen=True, slots=True)
class Reset:
    """Back to the main menu, forgetting where the caller came from."""


@dataclass(frozen=True, slots=True)
class Handover:
    """To the flow's hand-over dialog with a reason."""

    reason: str


@dataclass(frozen=True, slots=True)
class TransferTo:
    """`to` is `queue:NAME`, `extension:NAME` or `number:NAME`; `outcomes` says where to go on when it was not answered."""

    to: str
    reason: Expression | None
    words: Wording
    next: int
    outcomes: Mapping[str, int] = field(default_factory=dict)
    timeout_ms: int = 0


@dataclass(frozen=True, slots=True)
class RecordMessage:
    name: str
    prompt: Wording
    next: int
    max_ms: int = 120_000
    on_failure: int | None = None


@dataclass(frozen=True, slots=True)
class Remark:
    """A fact for the figures: `outcome`, `milestone`, `rating`, `reason`."""

    what: str
    name: str
    next: int
    value: Expression | None = None


@dataclass(frozen=True, slots=True)
class Switch:
    """A setting of the call: `language` or `patient`."""

    what: str
    value: Expression
    next: int


@dataclass(frozen=True, slots=True)
class Hangup:
    words: Wording = Wording()


Step = (
    Say | Ask | When | Between | Variant | Assign | Invocation | Goto | Run | Return | Reset | Handover
    | TransferTo | RecordMessage | Remark | Switch | Hangup
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Dialog:
    """`service` names what the figures count when the caller enters; `requires` is `identified` or empty."""

    name: str
    title: Mapping[str, str]
    steps: tuple[Step, ...]
    places: tuple[Place, ...]
    parameters: tuple[str, ...] = ()
    requires: str = ""
    service: str | None = None
    owner: str = ""
    review_by: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Universal:
    """What a caller may do at any moment: by a key in menus (empty: no key), by phrases where she may speak."""

    action: str
    key: str
    phrases: Mapping[str, tuple[str, ...]]


UNIVERSALS = ("agent", "repeat", "back", "main_menu", "help", "language", "slower", "louder", "stop")


@dataclass(frozen=True, slots=True)
class Hours:
    """Opening hours: (weekday 0-6, opens, closes) in the flow's time zone; a date in `exceptions` has its own ranges.

    A public holiday is an exception with no range, worked out where the file is read.
    """

    weekly: tuple[tuple[int, dt.time, dt.time], ...]
    exceptions: Mapping[dt.date, tuple[tuple[dt.time, dt.time], ...]] = field(default_factory=dict)

    def open_at(self, moment: dt.datetime, zone: ZoneInfo) -> bool:
        """Whether `moment` (aware) lies in a range; the opening minute is in, the closing one is out."""
        local = moment.astimezone(zone)
        ranges = self.exceptions.get(local.date())
        if ranges is None:
            ranges = tuple((opens, closes) for day, opens, closes in self.weekly if day == local.weekday())
        return any(opens <= local.time().replace(tzinfo=None) < closes for opens, closes in ranges)


@dataclass(frozen=True, slots=True)
class Limits:
    """What ends a call that goes round in circles. Sources: ten thousand actions a flow, a hundred without input, as peers do."""

    steps_a_turn: int = 500
    turns: int = 500
    depth: int = 20
    trail: int = 20


@dataclass(frozen=True, slots=True)
class Flow:
    """One version of one service. `texts` are the engine's own sentences by name, each a Wording.

    `queues` gives each queue its hours by name; an empty name is always open.
    """

    version: str
    service: str
    languages: tuple[str, ...]
    entry: str
    main_menu: str
    hand_over: str
    dialogs: Mapping[str, Dialog]
    identify: str | None = None
    default_queue: str = "conseillers"
    numbers: tuple[str, ...] = ()
    timezone: str = "Europe/Paris"
    universals: Mapping[str, Universal] = field(default_factory=dict)
    hours: Mapping[str, Hours] = field(default_factory=dict)
    queues: Mapping[str, str] = field(default_factory=dict)
    texts: Mapping[str, Wording] = field(default_factory=dict)
    limits: Limits = Limits()
    accept: float = 0.6
    confirm_below: float = 0.8
    patient_factor: int = 200
