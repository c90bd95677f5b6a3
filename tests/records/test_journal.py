"""The journal takes every turn, waits for nobody and survives a full disk and a damaged turn."""

import dataclasses
import json
import resource
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ivr.engine.codec import decode
from ivr.engine.session import Note, Turn
from ivr.records.journal import JournalSettings, LocalJournal
from ivr.records.journal_file import JournalFile
from tests.records.helpers.calls import call_of, turns_of


def written_turns(folder: Path) -> list[Turn]:
    files = sorted(folder.glob("*.jsonl"))
    return [decode(json.loads(line)) for file in files for line in file.read_text(encoding="ascii").splitlines()]


def test_turns_come_back_equal_and_in_order(tmp_path: Path) -> None:
    turns = turns_of(call_of("c1"))
    journal = LocalJournal(JournalSettings(tmp_path))
    for turn in turns:
        journal.append(turn)
    assert journal.close()
    assert written_turns(tmp_path) == turns


def test_a_flushed_turn_is_in_the_file_while_the_journal_goes_on(tmp_path: Path) -> None:
    journal = LocalJournal(JournalSettings(tmp_path))
    turn = turns_of(call_of("c1"))[0]
    journal.append(turn)
    assert journal.flush()
    assert written_turns(tmp_path) == [turn]
    journal.close()


def test_text_that_breaks_lines_and_encodings_stays_in_its_line(tmp_path: Path) -> None:
    nasty = 'a\nb\r\u2028\x00"\\ é 😀 \udcff'
    turn = dataclasses.replace(turns_of(call_of("c1"))[0], notes=(Note("answer", nasty),))
    journal = LocalJournal(JournalSettings(tmp_path))
    journal.append(turn)
    journal.close()
    assert written_turns(tmp_path) == [turn]


def test_threads_append_side_by_side(tmp_path: Path) -> None:
    journal = LocalJournal(JournalSettings(tmp_path))
    calls = [turns_of(call_of(f"c{number}")) for number in range(8)]

    def speak(turns: list[Turn]) -> None:
        for turn in turns:
            journal.append(turn)

    threads = [threading.Thread(target=speak, args=(turns,)) for turns in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    journal.close()
    found = written_turns(tmp_path)
    for turns in calls:
        assert [turn for turn in found if turn.session.call.id == turns[0].session.call.id] == turns
    assert (len(found), journal.lost) == (24, 0)


def test_a_turn_that_cannot_be_written_is_counted_and_the_next_is_written(tmp_path: Path) -> None:
    good = turns_of(call_of("c1"))[0]
    bad = dataclasses.replace(good, notes=(Note("answer", object()),))  # type: ignore[arg-type]
    journal = LocalJournal(JournalSettings(tmp_path))
    journal.append(bad)
    journal.append(good)
    journal.close()
    assert (written_turns(tmp_path), journal.lost) == ([good], 1)


def test_a_long_file_is_followed_by_another(tmp_path: Path) -> None:
    journal = LocalJournal(JournalSettings(tmp_path, file_bytes=10))
    turns = turns_of(call_of("c1"))
    for turn in turns:
        journal.append(turn)
        journal.flush()
    journal.close()
    assert len(list(tmp_path.glob("*.jsonl"))) == 3
    assert written_turns(tmp_path) == turns


def test_a_folder_that_cannot_be_made_loses_the_journal_not_the_call(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    journal = LocalJournal(JournalSettings(tmp_path / "file" / "journal"))
    journal.append(turns_of(call_of("c1"))[0])
    assert journal.close()
    assert journal.lost == 1


def test_a_closed_journal_counts_what_it_is_given(tmp_path: Path) -> None:
    journal = LocalJournal(JournalSettings(tmp_path))
    journal.close()
    journal.append(turns_of(call_of("c1"))[0])
    assert (journal.lost, journal.close()) == (1, True)


def test_a_full_queue_costs_a_call_its_patience_at_most(tmp_path: Path) -> None:
    journal = _StuckJournal(JournalSettings(tmp_path, queued=4, batch=1, patience_ms=20))
    turn = turns_of(call_of("c1"))[0]
    began = time.monotonic()
    for _ in range(10):
        journal.append(turn)
    waited = time.monotonic() - began
    journal.let_go.set()
    assert journal.close()
    assert waited < 1.0
    assert journal.lost >= 4
    assert len(written_turns(tmp_path)) + journal.lost == 10


class _StuckJournal(LocalJournal):
    """Its disk answers nothing until it is let go."""

    def __init__(self, settings: JournalSettings) -> None:
        self.let_go = threading.Event()
        super().__init__(settings)

    def _write(self, turns: list[Turn]) -> None:
        self.let_go.wait(10)
        super()._write(turns)


@contextmanager
def full_disk(limit: int) -> Iterator[None]:
    """No file may grow beyond `limit` bytes, as on a full disk: a write is cut, the next one fails."""
    old = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, old[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, old)
        signal.signal(signal.SIGXFSZ, handler)


def test_a_write_that_a_full_disk_cuts_is_taken_back(tmp_path: Path) -> None:
    file = JournalFile(tmp_path, "1-1.jsonl")
    file.write(b"first line\n")
    with full_disk(16), pytest.raises(OSError):
        file.write(b"second line that is too long\n")
    assert (tmp_path / "1-1.jsonl").read_bytes() == b"first line\n"
    file.write(b"third line\n")
    file.close()
    assert (tmp_path / "1-1.jsonl").read_bytes() == b"first line\nthird line\n"


def test_a_full_disk_loses_turns_only_while_it_is_full(tmp_path: Path) -> None:
    turns = turns_of(call_of("c1"))
    journal = LocalJournal(JournalSettings(tmp_path))
    journal.append(turns[0])
    journal.flush()
    with full_disk(sum(file.stat().st_size for file in tmp_path.glob("*.jsonl")) + 50):
        journal.append(turns[1])
        assert journal.flush()
    journal.append(turns[2])
    journal.close()
    assert (written_turns(tmp_path), journal.lost) == ([turns[0], turns[2]], 1)


ROOT = Path(__file__).parents[2]
_KILLED = """
import os, signal, sys
from pathlib import Path
from ivr.records.journal import JournalSettings, LocalJournal
from tests.records.helpers.calls import call_of, turns_of
journal = LocalJournal(JournalSettings(Path(sys.argv[1])))
for turn in turns_of(call_of("killed")):
    journal.append(turn)
journal.flush(5_000)
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_what_was_flushed_survives_a_killed_process(tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, "-c", _KILLED, str(tmp_path)], timeout=60, check=False, cwd=ROOT)
    assert done.returncode == -signal.SIGKILL
    assert written_turns(tmp_path) == turns_of(call_of("killed"))
