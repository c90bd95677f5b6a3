"""From a caller's wish to what arrives: handlers promise, the outbox keeps, carriers deliver, and nothing is left over."""

import dataclasses
from typing import Any

from sqlalchemy import Table, select

from handlers.contact import request_callback, send_message
from handlers.delivery.callback import CallbackCarrier
from handlers.delivery.email import EmailCarrier, EmailSettings
from handlers.delivery.sms import SmsCarrier, SmsSettings
from handlers.delivery.worker import Deliverer
from ivr.engine.events import Result
from ivr.ports.invoker import Outcome
from ivr.records.callbacks import Callbacks
from ivr.records.columns import Base
from ivr.records.database import Database
from ivr.records.models import RequestRow
from ivr.records.outbox import DatabaseOutbox
from ivr.records.site_key import SiteKey
from ivr.records.unit_of_work import DatabaseUnitOfWork
from tests.delivery.catalogues import AT, VALUES, texts
from tests.delivery.servers import sms_gateway, smtp_server
from tests.handlers.fakes import command, context, invoker, services
from tests.records.conftest import StillClock

KEY = SiteKey(b"k" * 32)


def promise(database: Database, **arguments: Any) -> Outcome:
    given = dataclasses.replace(services(), seal=KEY.seal, fingerprint=KEY.identifier_hash)
    unit = DatabaseUnitOfWork(database, StillClock(AT))
    running = invoker(request_callback, send_message, unit_of_work=unit, given=given)
    name = "message.send" if "by" in arguments else "callback.request"
    return running.submit(command(name, arguments, write=True), context()).result(10)


def statuses(database: Database) -> list[tuple[str, str]]:
    with database.read() as connection:
        return [(row.kind, row.status) for row in connection.execute(select(RequestRow.kind, RequestRow.status))]


def everything(database: Database) -> str:
    """Every cell of every table."""
    tables = [table for table in Base.metadata.tables.values() if isinstance(table, Table)]
    with database.read() as connection:
        return "\n".join(str(row) for table in tables for row in connection.execute(select(table)))


def test_an_sms_to_the_number_of_the_call(each_database: Database) -> None:
    assert promise(each_database, by="sms", message="tutorial", link="https://exemple.invalid/t").result is Result.DONE
    assert statuses(each_database) == [("sms", "stored")]
    with sms_gateway() as gateway:
        carrier = SmsCarrier(SmsSettings(gateway.url), texts(), KEY.unseal)
        clock = StillClock(AT)
        assert Deliverer(DatabaseOutbox(each_database, clock), {"sms": carrier}, clock).carry_next("sms")
    ((_, body),) = gateway.asked
    assert (body["to"], body["text"]) == ("+33199000001", "France Emploi : https://exemple.invalid/t")
    assert statuses(each_database) == [("sms", "done")]


def test_what_an_e_mail_said_and_to_whom_is_forgotten_once_it_has_left(each_database: Database) -> None:
    promise(each_database, by="email", message="attestation", to="aurore@exemple.invalid", **VALUES)
    assert "Aurore Exemple" in everything(each_database)
    assert "aurore@exemple.invalid" not in everything(each_database)
    with smtp_server() as mailbox:
        settings = EmailSettings("127.0.0.1", "a@guichet.invalid", mailbox.port, "none")
        carrier = EmailCarrier(settings, texts(), KEY.unseal, StillClock(AT))
        clock = StillClock(AT)
        assert Deliverer(DatabaseOutbox(each_database, clock), {"email": carrier}, clock).carry_next("email")
    assert mailbox.recipients == ["aurore@exemple.invalid"]
    assert statuses(each_database) == [("email", "done")]
    left = everything(each_database)
    assert [word for word in ("Aurore", "aurore", "987.65", "exemple.invalid") if word in left] == []


def test_a_callback_is_on_the_agents_list_and_its_request_done(each_database: Database) -> None:
    for _ in range(2):
        promise(each_database, queue="conseillers", reason="payments")
    callbacks = Callbacks(each_database, KEY)
    carrier = CallbackCarrier(callbacks.add, KEY.unseal)
    clock = StillClock(AT)
    working = Deliverer(DatabaseOutbox(each_database, clock), {"callback": carrier}, clock)
    assert [working.carry_next("callback") for _ in range(2)] == [True, None]
    assert [(one.number, one.reason) for one in callbacks.waiting()] == [("0199000001", "payments")]
    assert statuses(each_database) == [("callback", "done")]
