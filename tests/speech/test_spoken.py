"""What a voice is given to read."""

import datetime as dt
from decimal import Decimal

import pytest

from ivr.engine.prompts import Pause, Prompt, Recording, Text, Value
from speech.spoken import pieces, readable

FRENCH = {
    "Le RSA est versé le 5.": "Le R S A est versé le 5.",
    "La CAF et l'URSSAF": "La Caf et l'Urssaf",
    "M. Exemple et Mme Exemple": "Monsieur Exemple et Madame Exemple",
    "le 1er mars": "le premier mars",
    "dossier n° 12": "dossier numéro 12",
    "10 % de 20 €": "10 pour cent de 20 euros",
    "exemple@example.org": "exemple arobase example.org",
    "Tapez # ou *.": "Tapez dièse ou étoile.",
    "À tout moment": "À tout moment",
    "  deux   mots\n": "deux mots",
    "a\0b": "a b",
}
ENGLISH = {
    "No. 12 costs €5 or 5%": "number 12 costs euros 5 or 5 per cent",
    "Press # & wait": "Press hash and wait",
    "your PIN or your SSN": "your Pin or your S S N",
    "e.g. me@example.org": "for example me at example.org",
}


@pytest.mark.parametrize(("written", "said"), FRENCH.items())
def test_french_is_written_out(written: str, said: str) -> None:
    assert " ".join(readable(written, "fr").split()) == said


@pytest.mark.parametrize(("written", "said"), ENGLISH.items())
def test_english_is_written_out(written: str, said: str) -> None:
    assert " ".join(readable(written, "en").split()) == said


def test_values_stand_in_their_sentence_and_pauses_between() -> None:
    amount = Value("amount", Decimal("987.65"))
    prompt = Prompt((Text("Vous recevrez "), amount, Text("."), Pause(250), Recording("r.wav", "Merci.")), "fr")
    first, pause, last = pieces(prompt)
    assert str(first).startswith("Vous recevrez neuf cent quatre-vingt-sept euros")
    assert (pause, last) == (250, "Merci.")


def test_dates_are_said_in_words() -> None:
    (text,) = pieces(Prompt((Value("date", dt.date(2026, 12, 1)),), "fr"))
    assert "premier décembre" in str(text)


def test_nothing_is_said_of_nothing() -> None:
    assert list(pieces(Prompt((Text("  "),), "fr"))) == []
