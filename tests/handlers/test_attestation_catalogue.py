"""attestations.yaml: what is in it, and everything that is wrong in it at once."""

from pathlib import Path

import pytest

from handlers.delivery.reading import CatalogueError
from handlers.france_emploi.attestation_catalogue import Attestation, Needs, Period, read_attestations

MENUS = Path(__file__).parents[2] / "menus"
GOOD = """
attestations:
  transport:
    label: { fr: attestation pour les transports, en: certificate for transport }
    phrases: { fr: [transports] }
    period: asked
    needs: entitlement
    document: card
"""


def faults(text: str) -> list[str]:
    with pytest.raises(CatalogueError) as raised:
        read_attestations(text.encode())
    return [str(fault).removeprefix("attestations.yaml:") for fault in raised.value.faults]


def test_an_attestation_has_all_that_is_written() -> None:
    label = {"fr": "attestation pour les transports", "en": "certificate for transport"}
    made = Attestation("transport", label, {"fr": ("transports",)}, Period.ASKED, Needs.ENTITLEMENT, "card")
    assert read_attestations(GOOD.encode()) == {"transport": made}


def test_the_seven_that_ship() -> None:
    file = MENUS / "france-emploi/attestations.yaml"
    names = "registration situation_notice entitlement payments taxable_amount no_payment transport"
    assert list(read_attestations(file.read_bytes())) == names.split()


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("asked", "askd", "6:13: 'askd' is not known here; did you mean 'asked'?"),
        ("asked", "weekly", "6:13: 'weekly' is not known here; known are none, asked, last_year"),
        ("entitlement", "[a]", "7:12: this must be a text; write 1 to 80 characters"),
        ("document: card", "document: Card", "8:15: 'Card' is no name of a document; write one that stands under 'documents:'"),
        ("[transports]", "transports", "5:20: this must be a list; write it as in [my registration, registration]"),
        (", en: certificate for transport", "", "4:12: 'en' is missing; add 'en:'"),
        ("  transport:", "  Transport:", "4:5: 'Transport' is no name; write it as in situation_notice"),
        ("period", "perod", "4:5: 'period' is missing; add 'period:'|6:5: 'perod' is not known here; did you mean 'period'?"),
        ("label: {", "label: &a {", "4:12: anchors and aliases are not read; write it out in full"),
    ],
)
def test_a_fault_says_where_and_what_to_write(old: str, new: str, told: str) -> None:
    found = faults(GOOD.replace(old, new, 1))
    assert [each[: len(part)] for each, part in zip(found, told.split("|"), strict=True)] == told.split("|")


def test_all_faults_are_told_at_once() -> None:
    assert len(faults(GOOD.replace("asked", "x").replace("entitlement", "y").replace("card", "Z"))) == 3


@pytest.mark.parametrize("text", ["", "- a", "attestations: 3", "attestations:\n  a: 3", "attestations:\n  a: {}", "{", "\x00"])
def test_what_is_no_catalogue_is_told(text: str) -> None:
    assert faults(text)
