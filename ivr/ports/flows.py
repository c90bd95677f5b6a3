"""Which version of which service answers a number."""

from typing import Protocol

from ivr.engine.flow import Flow


class UnknownFlow(LookupError):
    """No service answers this number, or the version is not stored."""


class Flows(Protocol):
    def for_number(self, dialled: str) -> Flow:
        """The published flow of the service that owns the number. Raises UnknownFlow."""
        ...

    def version(self, version: str) -> Flow:
        """One immutable version, however old. Raises UnknownFlow."""
        ...
