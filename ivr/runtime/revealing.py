"""Commands as the channel needs them: references that may be spoken are replaced by what they refer to, just before the line.

Rule: what is revealed here goes to the channel and nowhere else; the journal has the command as the engine made it.
"""

import dataclasses
from typing import TypeVar

from ivr.engine.commands import Collect, Invoke, Play, Record, Transfer
from ivr.engine.prompts import Part, Prompt, Value
from ivr.engine.secrets import Secret
from ivr.runtime.vault import Vault

C = TypeVar("C", Play, Collect, Record, Transfer, Invoke)


def reveal_prompt(prompt: Prompt, vault: Vault) -> Prompt:
    """The prompt with its spoken secrets in clear."""
    if not any(isinstance(part, Value) and isinstance(part.value, Secret) for part in prompt.parts):
        return prompt
    return dataclasses.replace(prompt, parts=tuple(_reveal(part, vault) for part in prompt.parts))


def _reveal(part: Part, vault: Vault) -> Part:
    if isinstance(part, Value) and isinstance(part.value, Secret) and part.value.spoken:
        return Value(part.type, vault.reveal(part.value), part.params)
    return part


def revealed(command: C, vault: Vault) -> C:
    """A command whose prompt can be said."""
    if isinstance(command, Invoke):
        return dataclasses.replace(command, filler=reveal_prompt(command.filler, vault))
    return dataclasses.replace(command, prompt=reveal_prompt(command.prompt, vault))
