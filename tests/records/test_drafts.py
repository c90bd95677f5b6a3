"""Drafts are kept for whom they are, as long as they may be, on every database."""

import datetime as dt

from sqlalchemy import func, select

from ivr.records.database import Database
from ivr.records.drafts import DatabaseDrafts
from ivr.records.models import DraftRow
from tests.records.conftest import AT

DAY = dt.timedelta(hours=24)


def kept(database: Database) -> int:
    with database.read() as connection:
        return connection.scalar(select(func.count()).select_from(DraftRow)) or 0


def test_the_last_draft_is_given_until_its_time_is_over(each_database: Database) -> None:
    drafts = DatabaseDrafts(each_database)
    drafts.save("her", "status", "first", AT, AT + DAY)
    drafts.save("her", "status", "second", AT, AT + DAY)
    drafts.save("her", "other", "third", AT, AT + DAY)
    assert drafts.load("her", "status", AT) == "second"
    assert drafts.load("her", "status", AT + DAY - dt.timedelta(seconds=1)) == "second"
    assert drafts.load("her", "status", AT + DAY) is None
    assert drafts.load("him", "status", AT) is None


def test_what_is_forgotten_is_gone(each_database: Database) -> None:
    drafts = DatabaseDrafts(each_database)
    drafts.save("her", "status", "first", AT, AT + DAY)
    drafts.forget("her", "status")
    drafts.forget("her", "status")
    assert (drafts.load("her", "status", AT), kept(each_database)) == (None, 0)


def test_old_drafts_go_when_another_one_comes(each_database: Database) -> None:
    drafts = DatabaseDrafts(each_database)
    drafts.save("her", "status", "first", AT, AT + DAY)
    drafts.save("him", "status", "second", AT + DAY, AT + 2 * DAY)
    assert kept(each_database) == 1
