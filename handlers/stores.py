"""What Guichet keeps for a short while between a handler's calls: drafts, and codes that were sent by SMS.

Rule: whose they are comes as a hash, what is in them sealed or hashed; both end by themselves. All methods raise StorageError.
"""

import datetime as dt
from typing import Literal, Protocol

from ivr.ports.unit_of_work import StorageError


class Drafts(Protocol):
    """One draft an owner and kind, until a moment."""

    def save(self, owner: str, kind: str, sealed: str, at: dt.datetime, until: dt.datetime) -> None:
        """Keep it in the place of the one before."""
        ...

    def load(self, owner: str, kind: str, at: dt.datetime) -> str | None:
        """What was kept; none when nothing was, or its time is over."""
        ...

    def forget(self, owner: str, kind: str) -> None:
        """Delete it; nothing when there is none."""
        ...


Checked = Literal["right", "wrong", "expired", "worn_out", "none"]
"""What became of a code that was tried."""


class Codes(Protocol):
    """A `holder` is who is sent codes, a `slot` what one of them proves, in one call. `at` is now."""

    def issue(self, holder: str, slot: str, code_hash: str, act: str, at: dt.datetime, until: dt.datetime) -> bool:
        """Keep a code in the place of the slot's last one; false when the holder was sent too many. The same act does it once."""
        ...

    def check(self, slot: str, code_hash: str, at: dt.datetime) -> Checked:
        """Try the slot's last code; each try is counted before it is compared."""
        ...

    def proven(self, slot: str, at: dt.datetime) -> bool:
        """Whether its last code was keyed rightly, and not too long ago."""
        ...


class NoDrafts:
    """A place where none are kept."""

    def save(self, owner: str, kind: str, sealed: str, at: dt.datetime, until: dt.datetime) -> None:
        raise StorageError("no drafts are kept here")

    def load(self, owner: str, kind: str, at: dt.datetime) -> str | None:
        raise StorageError("no drafts are kept here")

    def forget(self, owner: str, kind: str) -> None:
        raise StorageError("no drafts are kept here")


class NoCodes:
    """A place where none are kept."""

    def issue(self, holder: str, slot: str, code_hash: str, act: str, at: dt.datetime, until: dt.datetime) -> bool:
        raise StorageError("no codes are kept here")

    def check(self, slot: str, code_hash: str, at: dt.datetime) -> Checked:
        raise StorageError("no codes are kept here")

    def proven(self, slot: str, at: dt.datetime) -> bool:
        raise StorageError("no codes are kept here")
