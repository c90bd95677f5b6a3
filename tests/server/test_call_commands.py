"""`ivr talk`, and what can be read of a call afterwards."""

import re
from pathlib import Path

import pytest

from tests.server.conftest import Ivr

KEYS = "1\n1\n10000000014#\n271828#\n1\n"
AT = "2026-11-23T10:00+01:00"

pytestmark = pytest.mark.usefixtures("menus")


def call_id(printed: str) -> str:
    found = re.search(r"ivr show (\S+)", printed)
    assert found, printed
    return found[1]


def test_a_call_in_the_terminal_is_told_shown_and_replayed(ivr: Ivr, tmp_path: Path) -> None:
    talked = ivr("talk", "3949", "--at", AT, keyed=KEYS)
    assert talked.returncode == 0, talked.stderr
    assert "987,65" in talked.stdout
    call = call_id(talked.stdout)
    assert call[:8] in ivr("calls").stdout
    shown = ivr("show", call)
    assert "identification.verify" in shown.stdout
    assert "271828" not in shown.stdout
    assert ivr("replay", call).returncode == 0
    left = b"".join(path.read_bytes() for path in (tmp_path / "data").rglob("*") if path.is_file() and "demo" not in path.name)
    assert b"271828" not in left
    assert b"10000000014" not in left


def test_words_do_what_keys_do(ivr: Ivr) -> None:
    talked = ivr("talk", "3949", "--at", AT, keyed="1\nma date de paiement\n10000000014#\n271828#\noui\n")
    assert "987,65" in talked.stdout


def test_a_talk_that_is_recorded_is_a_conversation_that_passes(ivr: Ivr, menus: Path) -> None:
    path = menus / "france-emploi/conversations/enregistree.yaml"
    assert ivr("talk", "3949", "--at", AT, "--record", path, keyed=KEYS).returncode == 0
    done = ivr("test", path)
    assert done.returncode == 0, done.stdout


def test_a_number_that_nobody_answers_is_told_with_those_that_are(ivr: Ivr) -> None:
    done = ivr("talk", "1234")
    assert done.returncode == 1
    assert "3949" in done.stderr + done.stdout


def test_a_call_that_nobody_knows_is_told(ivr: Ivr) -> None:
    assert ivr("db", "upgrade").returncode == 0
    for command in ("show", "replay"):
        done = ivr(command, "nobody")
        assert done.returncode == 1
        assert "nobody" in done.stderr + done.stdout
        assert "Traceback" not in done.stderr


def test_calls_are_purged_by_age(ivr: Ivr) -> None:
    call = call_id(ivr("talk", "3949", "--at", "2020-01-10T10:00+01:00", keyed=KEYS).stdout)
    assert ivr("purge").returncode == 0
    assert ivr("show", call).returncode == 1


def test_the_doctor_says_what_is_missing_and_how_to_mend_it(ivr: Ivr) -> None:
    done = ivr("doctor")
    assert done.returncode == 1
    assert "BAD" in done.stdout
    assert "ivr db upgrade" in done.stdout
    assert "Traceback" not in done.stderr


def test_asterisks_configuration_is_written_for_what_is_published(ivr: Ivr, tmp_path: Path) -> None:
    assert ivr("db", "upgrade").returncode == 0
    unpublished = ivr("asterisk-config", tmp_path / "etc")
    assert unpublished.returncode == 1
    assert "ivr publish" in unpublished.stderr + unpublished.stdout
    assert ivr("publish").returncode == 0
    assert ivr("asterisk-config", tmp_path / "etc").returncode == 0
    dialplan = (tmp_path / "etc/extensions.conf").read_text(encoding="utf-8")
    assert "3949" in dialplan
    assert not (tmp_path / "etc/manager.conf").stat().st_mode & 0o007
