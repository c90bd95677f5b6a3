"""Fixtures for tests on a real Asterisk. Rule: one Asterisk for the whole run, also when the tests run side by side in several
processes; it is started by the first test that asks, and ended by the process that began the run."""

import fcntl
import os
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import astuple
from pathlib import Path

import pytest

from config.lab.accounts import open_line, softphone
from config.lab.asterisk import Asterisk, attach, start, this_process
from config.lab.processes import ProcessId
from tests.lab.sipp import Phone

NOT_HAD = "THE LAB COULD NOT BE HAD"
CONTEXT = "lab"
SOFTPHONE = ("softphone", "essai-3949")
_UNAVAILABLE = 69
_ROOT = Path(__file__).resolve().parents[2]
_FOLDER, _OWNER = "GUICHET_TEST_FOLDER", "GUICHET_TEST_OWNER"


def pytest_configure(config: pytest.Config) -> None:
    """The process that began the run names the folder; its workers inherit the name."""
    if not hasattr(config, "workerinput"):
        os.environ[_FOLDER] = str(Path(tempfile.gettempdir()) / f"guichet-test-{secrets.token_hex(4)}")
        os.environ[_OWNER] = ":".join(map(str, astuple(this_process())))


def pytest_unconfigure(config: pytest.Config) -> None:
    """Ends the Asterisk of the run; its folder stays when a test failed."""
    folder = Path(os.environ.get(_FOLDER, "/nonexistent"))
    if hasattr(config, "workerinput") or not folder.is_dir():
        return
    if asterisk := attach(folder / "asterisk"):
        asterisk.stop()
    if not getattr(config, "_lab_failed", False):
        shutil.rmtree(folder, ignore_errors=True)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whatever asks for the Asterisk is a lab test, marked or not.

    Lab tests mostly wait, so they come first and side by side, the longest before all others; what takes the processors
    comes when they are done, and does not make a telephone stutter.
    """
    for item in items:
        if "asterisk" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.lab)
    items.sort(key=lambda item: (item.get_closest_marker("long") is None, item.get_closest_marker("lab") is None))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Tells apart a lab that could not be had from a test that failed in it."""
    skipped = [report for report in terminalreporter.stats.get("skipped", []) if NOT_HAD in str(report.longrepr)]
    failed = [report for report in terminalreporter.stats.get("failed", []) if "lab" in report.keywords]
    if skipped:
        terminalreporter.section(NOT_HAD, sep="!")
        terminalreporter.line(f"{len(skipped)} tests did not run: {skipped[0].longrepr[2]}")
    if failed:
        config._lab_failed = True  # type: ignore[attr-defined]
        terminalreporter.section("tests failed in the lab", sep="!")
        terminalreporter.line(f"{len(failed)} of them; what was said and heard is in {os.environ[_FOLDER]}")


def require_lab() -> None:
    """Builds the lab when it is missing; skips with the reason when it cannot be had."""
    built = subprocess.run([_ROOT / "config/setup/lab.sh"], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if built.returncode == _UNAVAILABLE:
        pytest.skip(built.stderr.strip() or NOT_HAD)
    assert built.returncode == 0, built.stderr
    if os.geteuid() != 0:
        pytest.skip(f"{NOT_HAD}: entering it takes root")
    if not shutil.which("sipp"):
        pytest.skip(f"{NOT_HAD}: sipp is missing; 'make setup' as root installs it")


@pytest.fixture(scope="session")
def asterisk() -> Asterisk:
    """The one Asterisk of this run. Callers without account enter the context ``lab``, and so does the softphone."""
    require_lab()
    folder = Path(os.environ[_FOLDER])
    folder.mkdir(parents=True, exist_ok=True)
    pid, started = map(int, os.environ[_OWNER].split(":"))
    with (folder / "lock").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        files = {
            "pjsip.d/callers.conf": open_line("caller", CONTEXT) + softphone(*SOFTPHONE, CONTEXT),
            "extensions.d/lab.conf": f"[{CONTEXT}]\n",
        }
        return attach(folder / "asterisk") or start(folder / "asterisk", files, shared=[folder], owner=ProcessId(pid, started))


@pytest.fixture
def phone(asterisk: Asterisk, request: pytest.FixtureRequest) -> Phone:
    """Callers and callees of one test; their logs stay when it fails."""
    name = "".join(letter if letter.isalnum() or letter in "_-" else "_" for letter in request.node.name)
    return Phone(asterisk, Path(os.environ[_FOLDER]) / f"{name[:60]}-{secrets.token_hex(2)}")


@pytest.fixture
def dialplan(asterisk: Asterisk) -> Iterator[Callable[[str], str]]:
    """Adds an extension to the context of the callers; answers its number. The text is one application a line."""
    added: list[str] = []

    def add(applications: str) -> str:
        number = f"7{secrets.randbelow(10**8):08d}"
        lines = [line.strip() for line in applications.strip().splitlines()]
        steps = "".join(f" same => n{line if line.startswith('(') else ',' + line}\n" for line in lines)
        asterisk.extend(f"extensions.d/{number}.conf", f"[{CONTEXT}]\nexten => {number},1,NoOp()\n{steps}")
        added.append(number)
        return number

    yield add
    for number in added:
        (asterisk.folder / "etc" / "extensions.d" / f"{number}.conf").unlink(missing_ok=True)
