"""A caller who is not a person: `ivr call 3949` places a real call through Asterisk and presses keys.

Rule: the call's id is chosen here, so that its transcript can be followed from the first turn.
"""

import re
import secrets
import time
from dataclasses import dataclass

from telephony.ami import Ami, AmiError

_KEYS = re.compile(r"[0-9*#A-DwW]{0,200}")
_NUMBER = re.compile(r"[0-9*#+]{1,32}")


@dataclass(frozen=True, slots=True)
class Script:
    """Keys as SendDTMF takes them: `w` waits half a second, `W` a second. The robot stays `stay_s` after the last one."""

    keys: str = ""
    stay_s: int = 120
    caller: str = "0199000001"

    def __post_init__(self) -> None:
        if not _KEYS.fullmatch(self.keys):
            raise ValueError("keys are 0-9 * # A-D, with w and W for half a second and a second")
        if self.caller and not _NUMBER.fullmatch(self.caller):
            raise ValueError("the caller's number is digits")


def place_call(ami: Ami, context: str, number: str, script: Script) -> str:
    """Place the call; its id, as the engine and the journal know it. Raises AmiError, ValueError."""
    if not _NUMBER.fullmatch(number):
        raise ValueError("the number to call is digits")
    token = f"{int(time.time())}-{secrets.token_hex(4)}"
    call_id = f"robot-{token}"
    response = ami.act(
        "Originate",
        {
            "Channel": f"Local/{number}@{context}/n",
            "Context": f"{context}-robot",
            "Exten": "s",
            "Priority": 1,
            "Timeout": 30_000,
            "CallerID": script.caller,
            "ChannelId": f"keys-{token}",  # Asterisk refuses an id that begins with another one
            "OtherChannelId": call_id,
            "Async": "true",
        },
        {"IVR_KEYS": script.keys, "IVR_STAY": str(script.stay_s)},
    )
    if response.name.lower() != "success":
        raise AmiError(response.fields.get("Message", "Asterisk refused the call"))
    return call_id
