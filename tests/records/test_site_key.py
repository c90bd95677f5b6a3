"""The site's key is made once, kept private, and ties hashes and seals to this site."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from ivr.records.callbacks import Callback, Callbacks
from ivr.records.database import Database
from ivr.records.site_key import SiteKey, SiteKeyError, load_site_key
from tests.records.conftest import AT


def test_the_key_file_is_made_once_and_private(tmp_path: Path) -> None:
    path = tmp_path / "var" / "site.key"
    first = load_site_key(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert load_site_key(path).caller_hash("0199000001") == first.caller_hash("0199000001")
    assert [file.name for file in path.parent.iterdir()] == ["site.key"]


def test_processes_that_start_at_once_agree_on_one_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        keys = list(pool.map(lambda _: load_site_key(tmp_path / "site.key"), range(8)))
    assert len({key.caller_hash("0199000001") for key in keys}) == 1


def test_a_key_that_others_can_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "site.key"
    load_site_key(path)
    path.chmod(0o644)
    with pytest.raises(SiteKeyError, match="chmod 600"):
        load_site_key(path)


@pytest.mark.parametrize("content", ["", "no key", "ab" * 8])
def test_a_file_that_holds_no_key_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "site.key"
    path.write_text(content)
    path.chmod(0o600)
    with pytest.raises(SiteKeyError):
        load_site_key(path)


@pytest.mark.parametrize("number", ["+33199000001", "0033199000001", "01 99 00 00 01", "01.99.00.00.01"])
def test_one_caller_has_one_hash_however_her_number_is_written(number: str) -> None:
    key = SiteKey(b"k" * 32)
    assert key.caller_hash(number) == key.caller_hash("0199000001")


def test_hashes_differ_by_site_by_purpose_and_by_number() -> None:
    here, there = SiteKey(b"a" * 32), SiteKey(b"b" * 32)
    hashes = [
        here.caller_hash("0199000001"),
        here.caller_hash("0199000002"),
        there.caller_hash("0199000001"),
        here.identifier_hash("0199000001"),
    ]
    assert len(set(hashes)) == 4
    assert {len(one) for one in hashes} == {32}


@pytest.mark.parametrize("number", ["anonymous", "\udcff", '"<sip:é\n😀>', "x" * 500])
def test_whatever_a_network_sends_has_a_hash(number: str) -> None:
    assert len(SiteKey(b"k" * 32).caller_hash(number)) == 32


def test_a_withheld_number_has_none() -> None:
    assert SiteKey(b"k" * 32).caller_hash("") == ""


def test_what_is_sealed_here_is_read_here_only() -> None:
    token = SiteKey(b"a" * 32).seal("0199000001")
    assert "0199" not in token
    assert SiteKey(b"a" * 32).unseal(token) == "0199000001"
    with pytest.raises(SiteKeyError):
        SiteKey(b"b" * 32).unseal(token)


def test_a_callback_waits_once_until_it_is_done(each_database: Database) -> None:
    callbacks = Callbacks(each_database, SiteKey(b"k" * 32))
    assert callbacks.add("c1.txt", "0199000001", "night", "c1", AT)
    assert not callbacks.add("c1.txt", "0199000001", "night", "c1", AT)
    [waiting] = callbacks.waiting()
    assert waiting == Callback(waiting.id, "0199000001", "night", "c1", AT)
    assert callbacks.done(waiting.id, AT)
    assert not callbacks.done(waiting.id, AT)
    assert (callbacks.waiting(), callbacks.count()) == ([], 0)
