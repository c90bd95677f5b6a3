"""What is wrong in messages.yaml is told all at once, with its place and what to write instead."""

from pathlib import Path

import pytest

from handlers.delivery.reading import CatalogueError
from handlers.delivery.texts_file import read_catalogue
from ivr.language.loading import load
from tests.delivery.catalogues import MESSAGES, catalogue

MENUS = Path(__file__).resolve().parents[2] / "menus"
FAULTY = """\
issuers: { fr: A, en: B }
messages:
  Bad-Name:
    fr: { sms: "a" }
    en: { sms: "b" }
  half:
    fr: { text: "Bonjour" }
  mute:
    fr: { subject: "x" }
    en: { subject: "x", txt: "y" }
  hole:
    fr:
      subject: s
      text: |
        Bonjour,
        {{ name | uros }}
      document: registraton
    en: { sms: [a] }
documents:
  registration:
    fr: { title: T, file: "Mon Fichier" }
    en: { title: T, file: f, table: { caption: c } }
"""


def faults(text: str | bytes) -> list[str]:
    with pytest.raises(CatalogueError) as raised:
        read_catalogue(text.encode() if isinstance(text, str) else text, "messages.yaml")
    return [str(fault).removeprefix("messages.yaml:") for fault in raised.value.faults]


def test_every_fault_is_told_with_its_place_and_a_remedy() -> None:
    found = faults(FAULTY)
    assert [line.split(": ")[0] for line in found] == [
        "1:1", "4:5", "7:5", "7:9", "9:9", "10:9", "10:25", "16:1", "17:17", "18:16", "21:27", "22:37", "22:37",
    ]  # fmt: skip
    told = "\n".join(found)
    for words in (
        "'issuers' is not known here; did you mean 'issuer'?",
        "'Bad-Name' is no name",
        "'en' is missing; add 'en:'",
        "the e-mail has no subject",
        "the message says nothing",
        "'txt' is not known here; did you mean 'text'?",
        "'uros' is no type of value",
        "no document is called 'registraton'; did you mean 'registration'?",
        "this must be a text",
        "'Mon Fichier' is no name",
        "'rows' is missing",
    ):
        assert words in told


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "not a block of keys"),
        ("- a", "not a block of keys"),
        ("messages: {a: b", "did not find expected"),
        ("messages:\n\tx: y", "2:1: "),
        (b"messages: \xff", "not UTF-8"),
        ("messages: \x07", "no text may hold"),
        ("messages: &a {}\nissuer: *a", "1:11: anchors and aliases are not read"),
        ("messages: " + "[" * 3_000, "too many blocks"),
        ("messages: {}\nmessages: {}", "2:1: 'messages' stands here twice"),
        ("messages:\n  ? {a: b}\n  : x", "a key must be a text"),
        ("issuer: {fr: x, en: y}", "'messages' is missing"),
        ("messages: {m: {fr: {sms: '" + "x" * 500 + "'}, en: {sms: x}}}", "an SMS of 500 characters"),
        ("x: " + "y" * 600_000, "bytes"),
    ],
)
def test_a_damaged_file_is_told_in_one_line(text: str | bytes, told: str) -> None:
    assert told in "\n".join(faults(text))


def test_scalars_are_texts_whatever_they_look_like() -> None:
    read = catalogue("messages:\n  m: { fr: { sms: no }, en: { sms: 012 } }")
    assert (read.messages["m"]["fr"].sms, read.messages["m"]["en"].sms) == ("no", "012")


def test_a_service_may_have_a_catalogue_beside_its_dialogs(tmp_path: Path) -> None:
    (tmp_path / "messages.yaml").write_text(MESSAGES, encoding="utf-8")
    (tmp_path / "service.yaml").write_text("service: s\n", encoding="utf-8")
    loaded = load(tmp_path)
    assert "messages.yaml" in loaded.bundle.files
    assert [issue for issue in loaded.issues if "messages.yaml" in issue.place.file] == []


@pytest.mark.parametrize("file", sorted(MENUS.glob("*/messages.yaml")), ids=lambda file: file.parent.name)
def test_every_catalogue_that_ships_is_sound(file: Path) -> None:
    assert read_catalogue(file.read_bytes(), str(file)).messages
