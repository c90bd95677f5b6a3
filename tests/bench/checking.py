"""How long `ivr check` takes on a service of two hundred dialogs."""

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.language.generated import write_service

DIALOGS = 200
RUNS = 3


def run() -> dict[str, float | str]:
    """Seconds from the command to its end, the median of three."""
    with tempfile.TemporaryDirectory(prefix="guichet-bench-") as name:
        folder = write_service(Path(name) / "big", DIALOGS)
        took = [_once(folder) for _ in range(RUNS)]
    return {"check_200_dialogs_s": round(statistics.median(took), 2)}


def _once(folder: Path) -> float:
    began = time.perf_counter()
    subprocess.run([sys.executable, "-m", "ivr.server", "check", str(folder)], check=True, capture_output=True)
    return time.perf_counter() - began
