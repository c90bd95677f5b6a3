"""What a caller keys in confidence reaches the engine as a reference: the runtime keeps the digits, in memory only.

Rule: nothing here can hold the digits themselves.
"""

from dataclasses import dataclass

from ivr.engine.codec import kind


@kind
@dataclass(frozen=True, slots=True)
class Secret:
    """A reference into the call's vault.

    `shape` names the value type ("digits", "identifier", "phone"); `length` counts the characters keyed; `valid` says whether
    the type understood them. A `spoken` secret may be read back to the caller (her identifier, her own number), a code never.
    """

    ref: str
    shape: str
    length: int
    valid: bool = True
    spoken: bool = False
