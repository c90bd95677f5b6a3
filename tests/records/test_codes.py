"""Codes that were sent: three tries, ten minutes, a few a day, whoever tries at once."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

from ivr.records.codes import CodeSettings, DatabaseCodes
from ivr.records.database import Database
from tests.records.conftest import AT

UNTIL = AT + dt.timedelta(minutes=10)
SETTINGS = CodeSettings()


def issued(codes: DatabaseCodes, act: str = "c1:3", slot: str = "old", code: str = "right", at: dt.datetime = AT) -> bool:
    return codes.issue("her", slot, code, act, at, at + dt.timedelta(minutes=10))


def test_the_right_code_proves_what_its_slot_is_for_and_for_a_while(each_database: Database) -> None:
    codes = DatabaseCodes(each_database)
    assert issued(codes)
    assert not codes.proven("old", AT)
    assert codes.check("old", "right", UNTIL - dt.timedelta(seconds=1)) == "right"
    proven_at = UNTIL - dt.timedelta(seconds=1)
    assert codes.proven("old", proven_at)
    assert not codes.proven("new", proven_at)
    assert not codes.proven("old", proven_at + SETTINGS.holds)


def test_a_code_is_tried_three_times_and_not_later_than_its_time(each_database: Database) -> None:
    codes = DatabaseCodes(each_database)
    assert codes.check("old", "right", AT) == "none"
    issued(codes)
    assert [codes.check("old", code, AT) for code in ("wrong", "wrong", "wrong", "right")] == [
        "wrong",
        "wrong",
        "worn_out",
        "worn_out",
    ]
    assert not codes.proven("old", AT)
    issued(codes, "c1:9")
    assert codes.check("old", "right", UNTIL) == "expired"


def test_only_the_last_code_of_a_slot_counts(each_database: Database) -> None:
    codes = DatabaseCodes(each_database)
    issued(codes, "c1:3", code="first")
    issued(codes, "c1:5", code="second")
    assert codes.check("old", "first", AT) == "wrong"
    assert codes.check("old", "second", AT) == "right"
    issued(codes, "c1:7", code="third")
    assert not codes.proven("old", AT)


def test_the_same_act_issues_one_code(each_database: Database) -> None:
    codes = DatabaseCodes(each_database)
    assert [issued(codes, "c1:3") for _ in range(9)] == [True] * 9
    assert issued(codes, "c1:5")


def test_nobody_is_sent_more_than_a_few_a_day(each_database: Database) -> None:
    codes = DatabaseCodes(each_database)
    sent = [issued(codes, f"c1:{number}", slot=str(number)) for number in range(SETTINGS.sent + 2)]
    assert sent == [True] * SETTINGS.sent + [False, False]
    assert codes.issue("him", "old", "code", "c2:1", AT, UNTIL)
    assert issued(codes, "c3:1", at=AT + SETTINGS.window)


def test_many_tries_at_once_are_worth_three(each_database: Database) -> None:
    codes = DatabaseCodes(each_database)
    issued(codes)
    with ThreadPoolExecutor(8) as pool:
        endings = list(pool.map(lambda number: codes.check("old", f"wrong {number}", AT), range(20)))
    assert (endings.count("wrong"), endings.count("worn_out")) == (2, 18)
