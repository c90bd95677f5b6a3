"""From `ivr serve` to the first call that is answered."""

import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from config.lab.ports import free_ports

RUNS = 3
LIMIT_S = 30.0
CALL = "agi_request: agi://127.0.0.1/call?call=bench-{number}&dialled=3949\nagi_callerid: 0199000001\nagi_language: fr\n\n"


def run() -> dict[str, float | str]:
    """Seconds from the command to the engine's first command for a call, the median of three."""
    with tempfile.TemporaryDirectory(prefix="guichet-bench-") as name:
        environment = os.environ | {"GUICHET_DATA_DIR": name}
        for command in (("db", "upgrade"), ("publish",), ("prompts",)):
            subprocess.run(
                [sys.executable, "-m", "ivr.server", *command], env=environment, check=True, capture_output=True, timeout=120
            )
        took = [_once(Path(name), number) for number in range(RUNS)]
    return {"serve_to_first_call_s": round(statistics.median(took), 2)}


def _once(folder: Path, number: int) -> float:
    port = free_ports(1)[0]
    environment = os.environ | {"GUICHET_DATA_DIR": str(folder), "GUICHET_AGI_PORT": str(port)}
    began = time.perf_counter()
    engine = subprocess.Popen(
        [sys.executable, "-m", "ivr.server", "serve"], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        _call(port, number, began + LIMIT_S)
        return time.perf_counter() - began
    finally:
        engine.kill()
        engine.wait()


def _call(port: int, number: int, deadline: float) -> None:
    """Until the engine sends its first command. Raises TimeoutError."""
    while time.perf_counter() < deadline:
        try:
            with socket.create_connection(("127.0.0.1", port), 1.0) as line:
                line.sendall(CALL.format(number=number).encode())
                if line.recv(1):
                    return
        except OSError:
            time.sleep(0.02)
    raise TimeoutError("no call was answered")
