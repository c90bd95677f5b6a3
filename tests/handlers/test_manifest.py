"""Manifests say only what can be meant, and the file beside the menus is what is declared."""

from pathlib import Path

import pytest
from ruamel.yaml import YAML

from handlers.base import Argument, Handler, Manifest, handler
from handlers.catalogue import CatalogueError, handlers, installed, unique
from handlers.errors import Failed, Refused, Unknown
from handlers.manifest import duration, manifest_yaml

ROOT = Path(__file__).parents[2]


def test_the_file_beside_the_menus_is_what_is_declared() -> None:
    text = (ROOT / "menus/france-emploi/handlers.yaml").read_text(encoding="utf-8")
    assert text == manifest_yaml(handlers())


def test_a_manifest_is_written_whole_and_without_anchors() -> None:
    shared = {"amount": "amount"}

    @handler(
        name="status.declare",
        arguments={"person": "text", "code": Argument("digits", secret=True), "hours": Argument("number", required=False)},
        write=True,
        timeout_ms=2_500,
        refusals=("already_declared",),
        irreversible=True,
        returns={"number": "text", "payments": [shared], "again": shared},
    )
    def declare(*_: object) -> None:
        return None

    text = manifest_yaml([declare])
    assert "&" not in text
    assert YAML(typ="safe").load(text) == {
        "handlers": {
            "status.declare": {
                "arguments": {
                    "person": {"type": "text", "required": True},
                    "code": {"type": "digits", "required": True, "secret": True},
                    "hours": {"type": "number", "required": False},
                },
                "write": True,
                "timeout": "2500ms",
                "refusals": ["already_declared"],
                "irreversible": True,
                "returns": {"number": "text", "payments": [shared], "again": shared},
            }
        }
    }


def test_every_refusal_is_a_code_that_can_be_raised() -> None:
    codes = {code for each in handlers() for code in each.manifest.refusals}
    assert {Refused(code).reason for code in codes} == codes


def test_durations_are_written_as_menus_write_them() -> None:
    assert [duration(3_000), duration(1_500), duration(60_000)] == ["3s", "1500ms", "60s"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": "payments"},
        {"name": "Payments.next"},
        {"name": "payments.next!"},
        {"name": "a.b", "timeout_ms": 0},
        {"name": "a.b", "timeout_ms": 600_000},
        {"name": "a.b", "irreversible": True},
    ],
)
def test_what_cannot_be_meant_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError):
        Manifest(**wrong)


@pytest.mark.parametrize("kind", [Refused, Failed, Unknown])
@pytest.mark.parametrize("reason", ["", "The identifier 10000000014 is unknown", "10000000014", "a" * 41, "é"])
def test_a_reason_is_a_short_code(kind: type[Refused], reason: str) -> None:
    with pytest.raises(ValueError, match="short code"):
        kind(reason)


def test_the_installed_handlers_hold_ours_once() -> None:
    names = [each.name for each in installed()]
    assert len(names) == len(set(names))
    assert {each.name for each in handlers()} <= set(names)


def test_two_handlers_may_not_have_one_name() -> None:
    ours = handlers()[0]
    theirs = Handler(Manifest(ours.name), lambda *_: None)
    assert unique([ours, ours]) == [ours]
    with pytest.raises(CatalogueError, match=ours.name):
        unique([ours, theirs])
