"""The conversations that ship: they pass against the demo's people, and between them come to every step and choice."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ivr.language.conversations import Ran, run
from ivr.language.coverage import coverage
from ivr.language.loading import Loaded, load
from ivr.server.staging import Staging

MENUS = Path(__file__).resolve().parents[2] / "menus"
SERVICES = sorted(path.parent.name for path in MENUS.glob("*/service.yaml"))


@pytest.fixture(scope="module", params=SERVICES)
def performed(request: pytest.FixtureRequest) -> Iterator[tuple[Loaded, list[Ran]]]:
    loaded = load(MENUS / request.param)
    assert loaded.flow is not None, [str(issue) for issue in loaded.issues]
    with Staging() as staging:
        stage = staging.stage(loaded.flow, dict(loaded.handlers), loaded.bundle.files)
        yield loaded, [run(conversation, stage) for conversation in loaded.conversations]


def test_callers_hear_what_is_written(performed: tuple[Loaded, list[Ran]]) -> None:
    assert [str(issue) for ran in performed[1] for issue in ran.issues] == []


def test_every_step_and_choice_is_come_to(performed: tuple[Loaded, list[Ran]]) -> None:
    loaded, ran = performed
    assert loaded.flow is not None
    covered = coverage(loaded.flow, (turn for each in ran for turn in each.turns))
    missed = [f"{place.file}:{place.line}" for dialog in covered for place in dialog.missed]
    missed += [f"{place.file}:{place.line} {choice}" for dialog in covered for place, choice in dialog.missed_choices]
    assert missed == []


def test_no_call_ends_in_a_fault(performed: tuple[Loaded, list[Ran]]) -> None:
    notes = [note for ran in performed[1] for turn in ran.turns for note in turn.notes]
    assert [note for note in notes if note.what == "fault"] == []


def test_every_conversation_begins_and_ends_as_it_says(performed: tuple[Loaded, list[Ran]]) -> None:
    titles = [ran.conversation.title for ran in performed[1]]
    assert len(set(titles)) == len(titles)
    assert [ran.conversation.file for ran in performed[1] if ran.conversation.ends is None] == []
