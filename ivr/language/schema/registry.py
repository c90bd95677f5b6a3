"""All steps of the language, by their leading word."""

from collections.abc import Mapping

from ivr.language.schema import ask, call, callback, deciding, ending, menu, moving, noting, send, speaking
from ivr.language.schema.kind import StepKind

_ALL = (
    speaking.KIND,
    ask.KIND,
    menu.KIND,
    call.KIND,
    send.KIND,
    callback.KIND,
    deciding.WHEN,
    deciding.OPEN,
    deciding.VARIANT,
    moving.SET,
    moving.GOTO,
    moving.RUN,
    moving.RETURN,
    moving.MAIN_MENU,
    moving.HAND_OVER,
    ending.TRANSFER,
    ending.HANGUP,
    ending.RECORD,
    noting.OUTCOME,
    noting.MILESTONE,
    noting.REASON,
    noting.RATE,
    noting.LANGUAGE,
    noting.PATIENT,
)
KINDS: Mapping[str, StepKind] = {kind.name: kind for kind in _ALL}
