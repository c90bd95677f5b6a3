"""How a handler, or the information system behind it, says that it has no answer.

Rule: an error carries a short code and nothing else, so that journals, figures and logs never hold what a caller said.
"""

import re

_CODE = re.compile(r"[a-z][a-z0-9_]{0,39}")


class HandlerError(Exception):
    """Raised as one of its three kinds. `reason` is lower-case letters, digits and `_`, 40 at most; else ValueError."""

    def __init__(self, reason: str) -> None:
        if not _CODE.fullmatch(reason):
            raise ValueError("a reason is a short code such as unknown_person")
        super().__init__(reason)
        self.reason = reason


class Refused(HandlerError):
    """The information system understood and said no: nothing was changed, and asking again will not help."""


class Failed(HandlerError):
    """There is no answer: the system is down, slow or talks nonsense. Nothing was changed."""


class Unknown(HandlerError):
    """A write was sent and nobody can say whether it was carried out. What the handler stored is kept, to be settled later."""
