"""Promises of a callback and of a message: stored once, with nothing readable in them."""

import datetime as dt
from dataclasses import replace

from handlers.contact import request_callback, send_message
from ivr.engine.events import Result
from ivr.engine.secrets import Secret
from ivr.ports.invoker import CallContext, Outcome
from tests.handlers.fakes import AT, MemoryUnitOfWork, command, context, invoker


def asked(store: MemoryUnitOfWork, call: CallContext, **arguments: object) -> Outcome:
    running = invoker(request_callback, send_message, unit_of_work=store)
    name = "message.send" if "by" in arguments else "callback.request"
    return running.submit(command(name, arguments, write=True), call).result(5)


def test_a_callback_is_stored_with_what_carries_it_out() -> None:
    store = MemoryUnitOfWork()
    outcome = asked(store, context(), queue="conseillers", reason="paiement")
    assert outcome == Outcome(Result.DONE, {"again": False})
    assert [kind for kind, _ in store.stored] == ["callback", "callback"]


def test_one_number_is_called_back_once_a_day_by_a_queue() -> None:
    keys = []
    for call in (context(), context(), context(at=AT + dt.timedelta(days=1)), replace(context(), caller_number="0199000002")):
        store = MemoryUnitOfWork()
        asked(store, call, queue="conseillers")
        keys.append(store.stored[0][1])
    assert keys[0] == keys[1]
    assert len(set(keys)) == 3
    assert not any("0199" in key for key in keys)


def test_a_caller_without_a_number_is_refused() -> None:
    store = MemoryUnitOfWork()
    outcome = asked(store, replace(context(), caller_number=""), queue="conseillers")
    assert outcome == Outcome(Result.REFUSED, reason="no_number")
    assert store.stored == []


def test_an_sms_goes_to_the_number_of_the_call_unless_another_is_given() -> None:
    store = MemoryUnitOfWork()
    assert asked(store, context(), by="sms", message="lien").result is Result.DONE
    assert store.stored == [("sms", "call-1:7"), ("sms", "call-1:7")]


def test_an_email_without_an_address_is_refused() -> None:
    store = MemoryUnitOfWork()
    assert asked(store, context(), by="email", message="lien") == Outcome(Result.REFUSED, reason="no_address")
    assert store.stored == []


def test_a_code_never_goes_into_a_message() -> None:
    store = MemoryUnitOfWork()
    revealing = context(lambda secret: "271828")
    for code in (Secret("s1", "digits", 6), {"deep": (Secret("s1", "digits", 6),)}):
        outcome = asked(store, revealing, by="sms", message="lien", code=code)
        assert outcome == Outcome(Result.FAILED, reason="secret_argument")
    assert store.stored == []
    number = Secret("s2", "phone", 10, spoken=True)
    assert asked(store, revealing, by="sms", message="lien", number=number).result is Result.DONE
