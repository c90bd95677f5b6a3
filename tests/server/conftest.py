"""The command as a user types it, on a data folder and menus of its own."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
Ivr = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def menus(tmp_path: Path) -> Path:
    """A copy of the shipped services."""
    return Path(shutil.copytree(ROOT / "menus", tmp_path / "menus"))


@pytest.fixture
def ivr(tmp_path: Path) -> Ivr:
    """Runs `ivr` to its end, within a minute, in a folder of its own."""

    def run(*arguments: object, keyed: str = "") -> "subprocess.CompletedProcess[str]":
        kept = {name: value for name, value in os.environ.items() if not name.startswith("GUICHET_")}
        environment = kept | {"GUICHET_DATA_DIR": str(tmp_path / "data"), "GUICHET_MENUS_DIR": str(tmp_path / "menus")}
        command = [sys.executable, "-m", "ivr.server", *map(str, arguments)]
        environment["PYTHONPATH"] = str(ROOT)
        return subprocess.run(
            command, cwd=tmp_path, env=environment, input=keyed, capture_output=True, text=True, timeout=60, check=False
        )

    return run
