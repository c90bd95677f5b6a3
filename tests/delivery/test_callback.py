"""A promised callback is on the agents' list once."""

import datetime as dt

import pytest

from handlers.delivery.callback import CallbackCarrier
from handlers.delivery.carrier import Rejected, TryLater
from ivr.ports.outbox import Item
from ivr.ports.unit_of_work import StorageError
from ivr.records.callbacks import Callbacks
from ivr.records.database import Database
from ivr.records.site_key import SiteKey
from tests.delivery.catalogues import AT

KEY = SiteKey(b"k" * 32)
NUMBER = "0199000001"


def promised(key: str = "2026-11-23:conseillers:abc", number: str = NUMBER) -> Item:
    payload = {"queue": "conseillers", "reason": "payments", "call": "c1", "sealed_number": KEY.seal(number)}
    return Item(1, "callback", key, payload, 1, AT)


def test_she_is_on_the_list_once_with_number_reason_and_call(database: Database) -> None:
    callbacks = Callbacks(database, KEY)
    carrier = CallbackCarrier(callbacks.add, KEY.unseal)
    assert carrier.deliver(promised()) == carrier.deliver(promised())
    (waiting,) = callbacks.waiting()
    assert (waiting.number, waiting.reason, waiting.call_id, waiting.at) == (NUMBER, "payments", "c1", AT)


def test_long_keys_that_begin_alike_are_two_callbacks(database: Database) -> None:
    callbacks = Callbacks(database, KEY)
    carrier = CallbackCarrier(callbacks.add, KEY.unseal)
    for end in "ab":
        carrier.deliver(promised("x" * 250 + end))
    assert callbacks.count() == 2


def test_a_database_that_is_busy_is_tried_later() -> None:
    def busy(file: str, number: str, reason: str, call_id: str, at: dt.datetime) -> bool:
        raise StorageError(f"{file}{number}{reason}{call_id}{at}")

    with pytest.raises(TryLater, match=r"^storage$"):
        CallbackCarrier(busy, KEY.unseal).deliver(promised())


def test_a_number_sealed_with_another_key_is_given_up(database: Database) -> None:
    other = SiteKey(b"o" * 32)
    with pytest.raises(Rejected, match="sealed_with_another_key"):
        CallbackCarrier(Callbacks(database, other).add, other.unseal).deliver(promised())
