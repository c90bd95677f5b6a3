"""Words to meanings, before the engine sees them."""

from typing import Protocol

from ivr.engine.commands import Collect
from ivr.engine.events import Heard
from ivr.engine.flow import Flow


class Interpreter(Protocol):
    def interpret(self, flow: Flow, command: Collect, event: Heard) -> Heard:
        """The same event with `meanings` (phrases of the command, universals, intents) and `values` filled in."""
        ...
