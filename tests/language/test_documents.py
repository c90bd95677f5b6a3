"""What the documents show is true: blocks marked as menus are checked by the real checker, conversations are run.

A block's info string says what it is: `yaml file=PATH` is a file of the page's service; `yaml steps` are steps in a dialog of
their own (`names=a,b`: what has been set before).
"""

import datetime as dt
import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from ivr.language.codes import SILENCEABLE
from ivr.language.loading import Loaded, load_files
from ivr.language.schema.registry import KINDS
from ivr.language.source import Bundle
from ivr.language.types import known_types
from tests.language.documents import data_of
from tests.language.services import conversed

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
SUPERVISORS = ROOT / "docs" / "supervisors.md"
TODAY = dt.date(2026, 11, 23)
# A fragment stands alone: nothing leads to it, and nothing that it holds is shown to an identified caller only.
OF_FRAGMENTS = {"unreachable", "personal-before-identified"}
_BLOCK = re.compile(r"^```yaml([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Block:
    line: int
    marks: tuple[str, ...]
    text: str

    def mark(self, name: str) -> str:
        return next((mark.partition("=")[2] for mark in self.marks if mark.startswith(f"{name}=")), "")


def blocks(page: Path) -> list[Block]:
    source = page.read_text(encoding="utf-8")
    return [
        Block(source.count("\n", 0, found.start()) + 2, tuple(found[1].split()), found[2]) for found in _BLOCK.finditer(source)
    ]


def service(page: Path, extra: dict[str, str] | None = None) -> Loaded:
    """The page's files; a step block goes beside them as a dialog."""
    files = {block.mark("file"): block.text for block in blocks(page) if block.mark("file")}
    return load_files(Bundle("", {name: text.encode() for name, text in {**files, **(extra or {})}.items()}), TODAY)


WITH_FILES = [page for page in PAGES if any(block.mark("file") == "service.yaml" for block in blocks(page))]
STEPS = [
    pytest.param(page, block, id=f"{page.name}:{block.line}")
    for page in PAGES
    for block in blocks(page)
    if "steps" in block.marks
]


@pytest.mark.parametrize("page", WITH_FILES, ids=lambda page: page.name)
def test_the_service_of_a_page_has_no_fault(page: Path) -> None:
    assert [str(issue) for issue in service(page).issues] == []


@pytest.mark.parametrize("page", WITH_FILES, ids=lambda page: page.name)
def test_the_conversations_of_a_page_are_true(page: Path) -> None:
    ran = conversed(service(page))
    assert ran
    assert [str(issue) for each in ran for issue in each.issues] == []


@pytest.mark.parametrize(("page", "block"), STEPS)
def test_steps_that_a_page_shows_have_no_fault(page: Path, block: Block) -> None:
    names = f"parameters: [{block.mark('names')}]\n" if block.mark("names") else ""
    steps = "".join(f"  {line}\n" for line in block.text.splitlines())
    read = service(page, {"shown.yaml": f"dialog: shown\n{names}steps:\n{steps}"})
    assert [str(issue) for issue in read.issues if issue.code not in OF_FRAGMENTS] == []


def test_every_block_for_supervisors_is_checked() -> None:
    assert [block.line for block in blocks(SUPERVISORS) if not ("steps" in block.marks or block.mark("file"))] == []


def test_supervisors_are_shown_every_step() -> None:
    shown = {key for block in blocks(SUPERVISORS) for key in _words(data_of(block.text))}
    assert set(KINDS) - shown == set()


def test_supervisors_are_told_every_warning_and_type() -> None:
    text = SUPERVISORS.read_text(encoding="utf-8")
    assert [name for name in (*sorted(SILENCEABLE), *known_types()) if f"`{name}`" not in text] == []


def _words(node: object) -> set[str]:
    """Keys, and steps that stand alone."""
    if isinstance(node, dict):
        return set(node) | {key for value in node.values() for key in _words(value)}
    if isinstance(node, list):
        return {key for item in node for key in _words(item)}
    return {node} if isinstance(node, str) else set()
