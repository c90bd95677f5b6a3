"""Every kind of fault has a case: a faulty text, where the fault is found, and words of what is said about it."""

import io
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from ivr.language.codes import CODES
from ivr.language.issues import Issue, Report
from ivr.language.loading import load_files
from ivr.language.reading import MAX_BYTES
from ivr.language.source import MAX_FILES, Bundle, read_folder, read_zip
from tests.language.services import TODAY, bundle, conversed

CASES = Path(__file__).parent / "cases"


@dataclass(frozen=True)
class Case:
    """`expected` lines are `file:line:column code | words of the message or the remedy`."""

    name: str
    files: Mapping[str, str]
    settings: str
    without: tuple[str, ...]
    made: str
    expected: tuple[str, ...]


def read_case(path: Path) -> Case:
    data = yaml.safe_load(path.read_text(encoding="utf-8"))
    return Case(
        path.stem,
        data.get("files", {}),
        data.get("service", ""),
        tuple(data.get("without", ())),
        data.get("made", ""),
        tuple(data["expected"]),
    )


ALL = [read_case(path) for path in sorted(CASES.glob("*.yaml"))]


def absent_folder() -> tuple[Issue, ...]:
    report = Report()
    read_folder(Path("nowhere/to/be/found"), report)
    return report.sorted()


def long_file() -> tuple[Issue, ...]:
    text = "dialog: example\nsteps:\n" + "  - say: Bonjour.\n" * (MAX_BYTES // 16)
    return load_files(bundle({"example.yaml": text}), TODAY).issues


def many_files() -> tuple[Issue, ...]:
    blob = io.BytesIO()
    with zipfile.ZipFile(blob, "w") as archive:
        for number in range(MAX_FILES + 5):
            archive.writestr(f"{number:05}.txt", "")
    report = Report()
    read_zip(blob.getvalue(), "stored", report)
    return report.sorted()


def latin_1() -> tuple[Issue, ...]:
    text = "dialog: example\nsteps:\n  - say: Où êtes-vous ?\n"
    base = bundle()
    return load_files(Bundle("", {**base.files, "example.yaml": text.encode("latin-1")}), TODAY).issues


MADE: dict[str, Callable[[], tuple[Issue, ...]]] = {
    each.__name__: each for each in (absent_folder, long_file, many_files, latin_1)
}


def found(case: Case) -> tuple[Issue, ...]:
    """What is wrong with the menus; when nothing is, with their conversations."""
    if case.made:
        return MADE[case.made]()
    read = load_files(bundle(case.files, case.settings, case.without), TODAY)
    if read.issues or read.flow is None:
        return read.issues
    return tuple(issue for ran in conversed(read) for issue in ran.issues)


def line(issue: Issue) -> str:
    return f"{issue.place.file}:{issue.place.line}:{issue.place.column} {issue.code}"


@pytest.mark.parametrize("case", ALL, ids=lambda case: case.name)
def test_a_fault_is_found_at_its_place_with_a_remedy(case: Case) -> None:
    issues = found(case)
    wanted = [each.partition(" | ") for each in case.expected]
    assert [line(issue) for issue in issues] == [place for place, _, _ in wanted]
    for issue, (_, _, words) in zip(issues, wanted, strict=True):
        assert words, f"{case.name} expects no words"
        assert words in str(issue)


def test_every_code_has_a_case_named_after_it() -> None:
    shown = {case.name for case in ALL for each in case.expected if each.split(" ")[1] == case.name}
    assert set(CODES) - shown == set()


def test_the_base_of_all_cases_has_no_fault() -> None:
    assert load_files(bundle(), TODAY).issues == ()


@pytest.mark.parametrize("code", sorted(CODES))
def test_a_code_explains_itself_in_a_sentence_or_two(code: str) -> None:
    doc = CODES[code].doc
    assert doc.endswith(".")
    assert len(doc) < 140
