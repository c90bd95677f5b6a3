"""Messages that callers left in the dialplan's net, taken onto the list of callbacks.

Rule: a message is on the list once; its file stays, since it is what the agent listens to.
"""

import threading
from pathlib import Path

import structlog

from ivr.ports.unit_of_work import StorageError
from ivr.records.callbacks import Callbacks
from telephony.callbacks import waiting

log = structlog.get_logger(__name__)

LOOK_S = 5.0


def take_in(folder: Path, callbacks: Callbacks) -> int:
    """Put what is new on the list; how many. Raises StorageError."""
    return sum(
        callbacks.add(message.path.name, message.caller, message.reason or "net", message.call_id, message.at)
        for message in waiting(folder)
    )


def follow(folder: Path, callbacks: Callbacks, stop: threading.Event) -> None:
    """Take in until stopped."""
    while not stop.wait(LOOK_S):
        try:
            if taken := take_in(folder, callbacks):
                log.info("callback_messages_taken_in", count=taken)
        except StorageError as error:
            log.warning("callback_messages_not_taken_in", why=str(error))
