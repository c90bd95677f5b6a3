"""How many turns a second the journal takes, writes and ships."""

import tempfile
import time
from pathlib import Path

from ivr.engine.session import Turn
from ivr.records.database import RecordsSettings, open_database
from ivr.records.journal import JournalSettings, LocalJournal
from ivr.records.schema import upgrade
from ivr.records.shipper import Shipper
from tests.records.helpers.calls import call_of, turns_of

CALLS = 2_000


def run() -> dict[str, float | str]:
    """Turns a second, appended and then on file; appending time a turn; copied to SQLite."""
    turns = [turn for number in range(CALLS) for turn in turns_of(call_of(f"c{number:05}"))]
    with tempfile.TemporaryDirectory(prefix="guichet-bench-") as name:
        folder = Path(name)
        slowest_us, append_s, written_s = _write(turns, folder / "journal")
        size = sum(file.stat().st_size for file in (folder / "journal").glob("*.jsonl"))
        shipped_s = _ship(folder, len(turns))
    return {
        "journal_turns_per_second": round(len(turns) / written_s),
        "journal_append_us_mean": round(append_s / len(turns) * 1e6, 1),
        "journal_append_us_slowest": round(slowest_us),
        "journal_bytes_per_turn": round(size / len(turns)),
        "shipped_turns_per_second": round(len(turns) / shipped_s),
    }


def _write(turns: list[Turn], folder: Path) -> tuple[float, float, float]:
    journal = LocalJournal(JournalSettings(folder, queued=len(turns)))
    slowest = 0.0
    began = time.perf_counter()
    for turn in turns:
        before = time.perf_counter()
        journal.append(turn)
        slowest = max(slowest, time.perf_counter() - before)
    appended = time.perf_counter()
    written = journal.close(60_000)
    ended = time.perf_counter()
    if not written or journal.lost:
        raise RuntimeError(f"the journal lost {journal.lost} turns")
    return slowest * 1e6, appended - began, ended - began


def _ship(folder: Path, expected: int) -> float:
    url = f"sqlite:///{folder / 'guichet.sqlite'}"
    upgrade(url)
    database = open_database(RecordsSettings(url))
    began = time.perf_counter()
    shipped = Shipper(database, folder / "journal").ship()
    took = time.perf_counter() - began
    database.close()
    if shipped != expected:
        raise RuntimeError(f"{shipped} of {expected} turns were shipped")
    return took


if __name__ == "__main__":
    for name, value in run().items():
        print(f"{name}: {value}")
