"""What callers key in confidence is in no journal line, no table and no file of this room."""

import datetime as dt
from pathlib import Path

import pytest

from ivr.engine.events import Pressed
from ivr.engine.session import Call
from ivr.records.callbacks import Callbacks
from ivr.records.database import Database
from ivr.records.journal import JournalSettings, LocalJournal
from ivr.records.lockout import DatabaseAttempts
from ivr.records.shipper import Shipper
from ivr.records.site_key import load_site_key
from ivr.records.unit_of_work import DatabaseUnitOfWork
from ivr.runtime.vault import Vault, conceal
from ivr.values.base import Context
from tests.records.conftest import AT, StillClock
from tests.records.helpers.calls import turns_of
from tests.records.helpers.leaks import grep_secrets

CODE, IDENTIFIER, NUMBER = "482915", "71830264955", "0639980417"
SECRETS = (CODE, IDENTIFIER, NUMBER)


def concealed(keys: str, vault: Vault) -> Pressed:
    event = conceal(Pressed(AT, keys, "#"), "digits", False, Context("fr", dt.date(2026, 11, 23), {}), vault)
    assert isinstance(event, Pressed)
    return event


def test_a_whole_call_leaves_no_secret_anywhere(database: Database, tmp_path: Path) -> None:
    key = load_site_key(tmp_path / "site.key")
    vault = Vault(NUMBER)
    caller = vault.keep(NUMBER, "phone", True, True)
    call = Call("c1", "3949", AT, caller, key.caller_hash(NUMBER))
    identifier, code = concealed(IDENTIFIER, vault), concealed(CODE, vault)
    assert code.secret is not None
    journal = LocalJournal(JournalSettings(tmp_path / "journal"))
    for turn in turns_of(call, identifier, code):
        journal.append(turn)
    assert journal.flush(5_000)
    Shipper(database, tmp_path / "journal").ship()
    attempts = DatabaseAttempts(database)
    attempts.check(key.identifier_hash(IDENTIFIER), call.caller_hash, AT)
    attempts.note(key.identifier_hash(IDENTIFIER), call.caller_hash, AT, success=False)
    with DatabaseUnitOfWork(database, StillClock()).begin("c1:3", 2_000) as work:
        work.request("status", "p-17:2026-10", {"code": code.secret, "caller": caller})
    Callbacks(database, key).add("c1.txt", NUMBER, "night", "c1", AT)
    assert grep_secrets(SECRETS, [tmp_path]) == []
    assert {vault.reveal(caller), vault.reveal(code.secret)} == {NUMBER, CODE}
    journal.close()


@pytest.mark.parametrize("text", ["482915", "4 8 2 9 1 5", '["4","8","2","9","1","5"]'])
def test_the_search_finds_a_leak_in_a_file(tmp_path: Path, text: str) -> None:
    (tmp_path / "log").write_text(f"keys {text} pressed")
    assert grep_secrets([CODE], [tmp_path]) == [f"{tmp_path / 'log'}: {CODE}"]


def test_the_search_finds_a_leak_in_a_table_and_in_a_journal_line(database: Database, tmp_path: Path) -> None:
    journal = LocalJournal(JournalSettings(tmp_path / "journal"))
    for turn in turns_of(Call("c1", "3949", AT), Pressed(AT, CODE, "#")):
        journal.append(turn)
    journal.flush(5_000)
    Shipper(database, tmp_path / "journal").ship()
    found = grep_secrets([CODE], [tmp_path])
    assert any("turns.body" in place for place in found)
    assert any(".jsonl" in place for place in found)
    journal.close()
