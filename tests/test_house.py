"""Holds the house in order: every package has a place in the import contract, nothing hides in an ``__init__``."""

import re
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PRODUCT = ("ivr", "speech", "handlers", "telephony", "config")
LOCKS = ("requirements.lock", "config/setup/build.lock")


def packages() -> list[str]:
    """Dotted names of all packages of the product."""
    found = [path.parent for room in PRODUCT for path in (ROOT / room).rglob("__init__.py")]
    return sorted(str(path.relative_to(ROOT)).replace("/", ".") for path in found)


def layered() -> set[str]:
    """Names in the layers contract."""
    contracts = PYPROJECT["tool"]["importlinter"]["contracts"]
    layers = next(contract["layers"] for contract in contracts if contract["type"] == "layers")
    return {name.strip() for layer in layers for name in re.split(r"[|:]", layer)}


def tracked(*suffixes: str) -> list[Path]:
    """Files under version control whose names end so."""
    listing = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return [ROOT / name for name in listing.split("\0") if name.endswith(suffixes) and (ROOT / name).is_file()]


def test_every_package_stands_in_a_layer_of_the_import_contract() -> None:
    places = layered()
    homeless = [
        name
        for name in packages()
        if name != "ivr" and not any(name == place or name.startswith(f"{place}.") for place in places)
    ]
    assert homeless == []


def test_every_init_file_is_empty() -> None:
    full = [path for path in tracked("__init__.py") if path.read_text(encoding="utf-8").strip()]
    assert full == []


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_names_no_address(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")
    assert not re.search(r"://|--(extra-)?index|--find-links|file:/|\.(org|com|net|io)\b", text)


@pytest.mark.parametrize("lock", LOCKS)
def test_every_pinned_package_has_hashes(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")
    pins = re.findall(r"^[\w.-]+==\S+ \\\n    --hash=sha256:[0-9a-f]{64}", text, flags=re.MULTILINE)
    assert len(pins) == text.count("==") > 0


def test_every_dependency_is_pinned() -> None:
    project = PYPROJECT["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    pinned = set(re.findall(r"^([\w.-]+)==", (ROOT / "requirements.lock").read_text(encoding="utf-8"), flags=re.MULTILINE))
    names = {re.sub(r"[-_.]+", "-", re.split(r"[\[<>=~!; ]", line)[0]).lower() for line in wanted}
    assert names - {re.sub(r"[-_.]+", "-", name).lower() for name in pinned} == set()


def test_no_python_file_is_longer_than_four_hundred_lines() -> None:
    long = {
        str(path.relative_to(ROOT)): n
        for path in tracked(".py")
        if (n := len(path.read_text(encoding="utf-8").splitlines())) > 400
    }
    assert long == {}
