"""What became of many calls made at once. Rule: SIPp's own statistics file is the witness."""

import csv
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Load:
    """Calls that ended as they should, those that did not, the most at one moment, and how long it all took."""

    completed: int
    failed: int
    at_once: int
    seconds: float


def read_load(statistics: Path, seconds: float) -> Load:
    """The last line of SIPp's statistics holds the totals."""
    with statistics.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    last = rows[-1]
    peak = max(int(row["CurrentCall"]) for row in rows)
    return Load(int(last["SuccessfulCall(C)"]), int(last["FailedCall(C)"]), peak, seconds)
