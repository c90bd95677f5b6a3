"""What Asterisk's configuration is made from: numbers, queues, hours, places.

Rule: every name, number, path and secret is checked here, so that nothing written into a file can begin a second line or a
second argument.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from ivr.engine.flow import Hours

_NAME = re.compile(r"[A-Za-z0-9_-]{1,40}")
_NUMBER = re.compile(r"[0-9*#+]{1,32}")
_DIAL = re.compile(r"[A-Za-z0-9_/@.:+-]{1,120}")
_PATH = re.compile(r"/[A-Za-z0-9_./+@-]{1,200}")
_ADDRESS = re.compile(r"[A-Za-z0-9.\[\]:-]{1,80}")
_SECRET = re.compile(r"[A-Za-z0-9!#$%&()*+./:<=>?@^_{|}~-]{8,80}")
_ZONE = re.compile(r"[A-Za-z0-9_+-]+(/[A-Za-z0-9_+-]+)*")

SENTENCES = ("trouble", "closed", "busy", "leave_message", "thanks")


class BadSetting(ValueError):
    """A setting that may not be written into Asterisk's files; the message names it."""


@dataclass(frozen=True, slots=True)
class QueuePlan:
    """A queue of agents. `hours` None is always open; `members` are channels (`PJSIP/agent1`), more can log in."""

    name: str
    hours: Hours | None = None
    members: tuple[str, ...] = ()
    wait_s: int = 600
    ring_s: int = 20
    longest: int = 0
    music: str = ""

    def __post_init__(self) -> None:
        _check("a queue's name", _NAME, self.name)
        for member in self.members:
            _check(f"a member of queue {self.name}", _DIAL, member)
        if self.music:
            _check(f"the music of queue {self.name}", _NAME, self.music)


@dataclass(frozen=True, slots=True)
class NumberPlan:
    """A number that callers dial and the queue that the net falls back to."""

    number: str
    queue: str
    language: str = "fr"

    def __post_init__(self) -> None:
        _check("a number", _NUMBER, self.number)
        _check(f"the queue of {self.number}", _NAME, self.queue)
        _check(f"the language of {self.number}", re.compile("[a-z]{2}"), self.language)


@dataclass(frozen=True, slots=True)
class Account:
    """A name with its secret, for the manager interface or a softphone."""

    name: str
    secret: str

    def __post_init__(self) -> None:
        _check("an account's name", _NAME, self.name)
        _check(f"the secret of {self.name} (8 to 80 plain characters)", _SECRET, self.secret)


@dataclass(frozen=True, slots=True)
class AsteriskSettings:
    """`extensions` and `externals` are the targets `extension:NAME` and `number:NAME`, by name, as Dial takes them.

    `prompts` is the folder, as Asterisk sees it, of the packaged sentences `NAME-LANGUAGE.wav`; `callbacks` the one into which
    callers' messages are recorded. `engines` are tried in this order.
    """

    numbers: tuple[NumberPlan, ...]
    queues: tuple[QueuePlan, ...]
    prompts: str
    callbacks: str
    manager: Account
    softphone: Account | None = None
    extensions: Mapping[str, str] = field(default_factory=dict)
    externals: Mapping[str, str] = field(default_factory=dict)
    engines: tuple[str, ...] = ("127.0.0.1:4573",)
    context: str = "guichet"
    timezone: str = "Europe/Paris"
    languages: tuple[str, ...] = ("fr", "en")
    dial_s: int = 30
    message_s: int = 120
    sip_bind: str = "127.0.0.1:5060"
    manager_bind: str = "127.0.0.1"
    manager_port: int = 5038

    def __post_init__(self) -> None:
        _check("the context", _NAME, self.context)
        _check("the time zone", _ZONE, self.timezone)
        for path in (self.prompts, self.callbacks):
            _check("a folder", _PATH, path)
        for address in (*self.engines, self.sip_bind, self.manager_bind):
            _check("an address", _ADDRESS, address)
        for name, target in (*self.extensions.items(), *self.externals.items()):
            _check("a target's name", _NAME, name)
            _check(f"the target {name}", _DIAL, target)
        known = {queue.name for queue in self.queues}
        for number in self.numbers:
            if number.queue not in known:
                raise BadSetting(
                    f"the number {number.number} falls back to queue {number.queue!r}, which is not among the queues"
                )


def _check(what: str, pattern: re.Pattern[str], value: str) -> None:
    if not pattern.fullmatch(value):
        raise BadSetting(f"{what} cannot be {value!r}")
