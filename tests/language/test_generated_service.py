"""A service of two hundred dialogs is checked while its author waits."""

import time
from pathlib import Path

from ivr.language.check import check
from ivr.language.graph import dialog_graph, service_graph
from ivr.language.loading import load
from tests.language.generated import write_service

SECONDS = 5.0


def test_two_hundred_dialogs_have_no_fault_and_are_checked_soon(tmp_path: Path) -> None:
    folder = write_service(tmp_path / "large", dialogs=200)
    begun = time.monotonic()
    issues = check([folder])
    assert [str(issue) for issue in issues] == []
    assert time.monotonic() - begun < SECONDS


def test_one_fault_among_two_hundred_dialogs_is_the_only_one_told(tmp_path: Path) -> None:
    folder = write_service(tmp_path / "large", dialogs=200)
    file = folder / "dialog_7.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("run: dialog_38", "run: dialog_380"), encoding="utf-8")
    told = [f"{issue.place.file.split('/')[-1]}:{issue.place.line} {issue.code}" for issue in check([tmp_path])]
    assert told == ["dialog_7.yaml:22 unknown-dialog"]


def test_the_same_files_are_the_same_version_and_draw_the_same_map(tmp_path: Path) -> None:
    one, other = (load(write_service(tmp_path / name, dialogs=40)) for name in ("one", "other"))
    assert one.flow is not None
    assert other.flow is not None
    assert one.flow.version == other.flow.version
    assert service_graph(one.flow) == service_graph(other.flow)
    assert dialog_graph(one.flow, "dialog_3") == dialog_graph(other.flow, "dialog_3")
