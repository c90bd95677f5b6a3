"""How a handler is written: a plain function, its manifest, and what it is given.

Rule: a handler knows nothing of telephony, threads or transactions. What it may do is declared in its manifest, so that menus
are checked without importing it.
"""

import datetime as dt
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from handlers.information_system import InformationSystem
from handlers.stores import Codes, Drafts, NoCodes, NoDrafts
from ivr.ports.unit_of_work import Work

_NAME = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+")
MAX_TIMEOUT_MS = 60_000


class Verdict(Protocol):
    """Whether somebody may try a code now: how long to wait first, or not at all."""

    @property
    def wait_ms(self) -> int: ...
    @property
    def refused(self) -> bool: ...


class Attempts(Protocol):
    """Codes tried, counted per identifier and caller across calls; both come as hashes. Raises StorageError."""

    def check(self, identifier_hash: str, caller_hash: str, at: dt.datetime) -> Verdict:
        """What holds for the next try."""
        ...

    def note(self, identifier_hash: str, caller_hash: str, at: dt.datetime, success: bool) -> None:
        """A try was made."""
        ...


def no_files(service: str, name: str) -> bytes:
    """A place where no service has files."""
    raise LookupError(f"{service} has no {name} here")


def no_key(sealed: str) -> str:
    """A place where nothing that was sealed can be read."""
    raise ValueError(f"no key here opens these {len(sealed)} characters")


@dataclass(frozen=True, slots=True)
class Services:
    """What handlers may use, the same for all calls. `fingerprint` hashes an identifier with the site's key, `seal` makes a
    number or an address unreadable without it; `pause` waits. `file(service, name)` is a file that is published with a
    service's menus; it raises LookupError. `unseal` raises whatever the key's own module raises for what it did not seal."""

    information: InformationSystem
    attempts: Attempts
    fingerprint: Callable[[str], str]
    pause: Callable[[int], None]
    seal: Callable[[str], str]
    file: Callable[[str, str], bytes] = no_files
    unseal: Callable[[str], str] = no_key
    drafts: Drafts = NoDrafts()
    codes: Codes = NoCodes()


@dataclass(frozen=True, slots=True)
class HandlerContext:
    """What a handler may know of the call it serves. `today` is the day of `at` in the service's time zone.

    `key` is the transport key: the same key is the same act. `work` is the transaction of a write: opened when first used,
    committed when the handler returns; a read must not use it.
    """

    call_id: str
    service: str
    language: str
    at: dt.datetime
    today: dt.date
    caller_number: str
    caller_hash: str
    key: str
    work: Work


Function = Callable[[Mapping[str, Any], Services, HandlerContext], Any]
Returns = str | Mapping[str, Any] | list[Any]


@dataclass(frozen=True, slots=True)
class Argument:
    """`type` names a value type of the menus. A `secret` argument reaches the handler as the digits that were keyed."""

    type: str
    required: bool = True
    secret: bool = False


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a handler declares. `returns` is a type name, a mapping of names to such, or a list with one of these.

    `irreversible` asks the menus for an explicit confirmation. Raises ValueError for what cannot be meant.
    """

    name: str
    arguments: Mapping[str, Argument] = field(default_factory=dict)
    write: bool = False
    timeout_ms: int = 3_000
    refusals: tuple[str, ...] = ()
    returns: Returns | None = None
    irreversible: bool = False

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise ValueError(f"{self.name!r} is no handler name: write it as subject.verb, such as payments.next")
        if not 0 < self.timeout_ms <= MAX_TIMEOUT_MS:
            raise ValueError(f"{self.name}: a time limit is from 1 to {MAX_TIMEOUT_MS} ms")
        if self.irreversible and not self.write:
            raise ValueError(f"{self.name}: only a write can be irreversible")


@dataclass(frozen=True, slots=True)
class Handler:
    """A function with its manifest."""

    manifest: Manifest
    function: Function

    @property
    def name(self) -> str:
        return self.manifest.name


def handler(
    *,
    name: str,
    arguments: Mapping[str, str | Argument] | None = None,
    write: bool = False,
    timeout_ms: int = 3_000,
    refusals: tuple[str, ...] = (),
    returns: Returns | None = None,
    irreversible: bool = False,
) -> Callable[[Function], Handler]:
    """Declare a function as a handler; an argument given as a type name is required and no secret.

    The function answers a value of JSON's kinds, dates and decimals, or raises Refused, Failed, or Unknown (writes only).
    """
    declared = {key: Argument(value) if isinstance(value, str) else value for key, value in (arguments or {}).items()}
    manifest = Manifest(name, declared, write, timeout_ms, refusals, returns, irreversible)
    return lambda function: Handler(manifest, function)
