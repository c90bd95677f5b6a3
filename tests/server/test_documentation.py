"""The pages name every setting and every command there is, and none that is not."""

import re
from pathlib import Path

from config.settings import Settings
from ivr.server.main import COMMANDS

ROOT = Path(__file__).resolve().parents[2]
ADMINS = (ROOT / "docs/admins.md").read_text(encoding="utf-8")
PAGES = [*(ROOT / "docs").glob("*.md"), ROOT / "README.md", ROOT / "CONTRIBUTING.md"]


def test_every_setting_is_on_the_admins_page() -> None:
    settings = {f"GUICHET_{name.upper()}" for name in Settings.model_fields}
    named = set(re.findall(r"`(GUICHET_[A-Z_]+)`", ADMINS))
    assert settings - named == set()
    assert named - settings == set()


def test_every_command_is_on_the_admins_page() -> None:
    table = set(re.findall(r"^\| `ivr ([a-z-]+)", ADMINS, flags=re.MULTILINE))
    assert table == {*COMMANDS, "db"}


def test_no_page_speaks_of_a_command_that_is_not_there() -> None:
    known = {*COMMANDS, "db"}
    for page in PAGES:
        told = set(re.findall(r"(?:^|[`/])ivr ([a-z][a-z-]+)", page.read_text(encoding="utf-8"), flags=re.MULTILINE))
        assert told - known == set(), page
