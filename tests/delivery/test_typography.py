"""French texts get the spaces and quotes of print, English ones keep theirs."""

import pytest

from handlers.delivery.typography import typeset


@pytest.mark.parametrize(
    ("written", "set_"),
    [
        ("Prêt ?", "Prêt\u202f?"),
        ("Oui ! Non ; peut-être", "Oui\u202f! Non\u202f; peut-être"),
        ("Objet : attestation", "Objet\u00a0: attestation"),
        ("« oui »", "«\u00a0oui\u00a0»"),
        ("«oui»", "«\u00a0oui\u00a0»"),
        ("l'attestation d'inscription", "l’attestation d’inscription"),
        ("12 345,67 €", "12\u202f345,67\u00a0€"),
        ("à 10:30 ou https://exemple.invalid/a?b=c", "à 10:30 ou https://exemple.invalid/a?b=c"),
    ],
)
def test_french(written: str, set_: str) -> None:
    assert typeset(written, "fr") == set_
    assert typeset(set_, "fr") == set_, "setting twice changes nothing"


def test_english_keeps_its_spaces() -> None:
    assert typeset("What ? It's here", "en") == "What ? It’s here"
