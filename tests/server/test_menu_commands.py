"""`ivr check`, `test`, `graph`, `schema`, `publish`: what a supervisor types, and gets wrong."""

import json
from pathlib import Path

from tests.server.conftest import Ivr

GOLDEN = "france-emploi/conversations/paiement.yaml"


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_the_shipped_services_have_no_fault(ivr: Ivr, menus: Path) -> None:
    done = ivr("check", menus)
    assert done.returncode == 0, done.stdout
    assert "0 errors" in done.stdout


def test_every_fault_is_told_at_its_place_with_a_remedy(ivr: Ivr, menus: Path) -> None:
    edit(menus / "france-emploi/menu.yaml", "run: paiement", "run: paiment")
    edit(menus / "france-emploi/accueil.yaml", "steps:", "stpes:")
    done = ivr("check", menus)
    assert done.returncode == 1
    assert "menu.yaml:" in done.stdout
    assert "accueil.yaml:" in done.stdout
    assert "did you mean 'paiement'" in done.stdout


def test_a_folder_without_services_is_told(ivr: Ivr, tmp_path: Path) -> None:
    done = ivr("check", tmp_path / "nowhere")
    assert done.returncode == 1
    assert "nowhere" in done.stdout + done.stderr
    assert "Traceback" not in done.stderr


def test_conversations_of_the_shipped_services_are_as_written(ivr: Ivr, menus: Path) -> None:
    done = ivr("test", menus)
    assert done.returncode == 0, done.stdout
    assert "differ" not in done.stdout


def test_a_conversation_that_differs_fails_and_update_writes_it(ivr: Ivr, menus: Path) -> None:
    written = (menus / GOLDEN).read_text(encoding="utf-8")
    edit(menus / GOLDEN, "Bienvenue à France Emploi.", "Bienvenue chez nous.")
    failed = ivr("test", menus / GOLDEN)
    assert failed.returncode == 1
    assert "heard-otherwise" in failed.stdout
    assert ivr("test", menus / GOLDEN, "--update").returncode == 0
    assert (menus / GOLDEN).read_text(encoding="utf-8") == written


def test_the_map_of_a_service_and_of_a_dialog(ivr: Ivr, menus: Path) -> None:
    service = ivr("graph", menus / "france-emploi")
    assert service.stdout.startswith("flowchart TD")
    assert "d_paiement" in service.stdout
    assert ivr("graph", menus / "france-emploi", "--dialog", "paiement").stdout.startswith("flowchart TD")
    unknown = ivr("graph", menus / "france-emploi", "--dialog", "nulle_part")
    assert unknown.returncode == 1
    assert "paiement" in unknown.stderr + unknown.stdout


def test_the_schema_is_json(ivr: Ivr) -> None:
    assert json.loads(ivr("schema").stdout)["$schema"]


def test_a_service_with_faults_is_not_published(ivr: Ivr, menus: Path) -> None:
    assert ivr("db", "upgrade").returncode == 0
    assert ivr("publish", menus / "france-emploi").returncode == 0
    edit(menus / "france-emploi/accueil.yaml", "steps:", "stpes:")
    done = ivr("publish", menus / "france-emploi")
    assert done.returncode == 1
    assert "accueil.yaml:" in done.stdout + done.stderr


def test_faults_in_messages_are_told_with_those_in_menus(ivr: Ivr, menus: Path) -> None:
    edit(menus / "france-emploi/messages.yaml", "{{ number }}", "{{ number ")
    checked = ivr("check", menus)
    assert checked.returncode == 1
    assert "messages.yaml:" in checked.stdout
    assert "1 errors, 0 warnings" in checked.stdout


def test_faults_in_attestations_are_told_with_those_in_menus(ivr: Ivr, menus: Path) -> None:
    edit(menus / "france-emploi/attestations.yaml", "period: last_year", "period: last_yaer")
    checked = ivr("check", menus)
    assert checked.returncode == 1
    assert "attestations.yaml:31:13: 'last_yaer' is not known here; did you mean 'last_year'?" in checked.stdout
