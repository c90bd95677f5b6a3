"""What designers of dialogues would say: where judgements stay silent, and how a file silences them with a why."""

import datetime as dt

import pytest

from ivr.language.codes import SILENCEABLE
from ivr.language.issues import closest
from ivr.language.loading import Loaded, load_files
from tests.language.services import bundle, dialog, loaded

SIX = "".join(f"    - {{ key: '{n}', label: la rubrique {n} }}\n" for n in range(1, 7))


def codes(read: Loaded) -> list[str]:
    return [issue.code for issue in read.issues]


def menu(extra: str = "", choices: str = SIX) -> str:
    return f"- menu: subject\n  list_choices: yes\n{extra}  choices:\n{choices}"


def test_a_warning_is_silenced_by_a_reason_at_its_block() -> None:
    assert codes(dialog(menu())) == ["too-many-choices"]
    assert codes(dialog(menu("  allow: { too-many-choices: the law names these six }\n"))) == []


def test_a_warning_is_silenced_for_a_whole_dialog() -> None:
    head = "dialog: example\nallow: { too-many-choices: the law names these six }\nsteps:\n"
    assert codes(loaded({"example.yaml": head + menu()})) == []


def test_silence_reaches_no_further_than_its_block() -> None:
    two = menu("  allow: { too-many-choices: the law names these six }\n") + menu().replace("subject", "other")
    assert codes(dialog(two)) == ["too-many-choices"]


def test_an_error_cannot_be_silenced() -> None:
    read = dialog("- goto: nowhere\n  allow: { unknown-dialog: it will come }\n")
    assert sorted(codes(read)) == ["unknown-code", "unknown-dialog"]
    assert "unknown-dialog" not in SILENCEABLE


def test_a_service_with_warnings_only_has_a_flow() -> None:
    assert dialog(menu()).flow is not None
    assert dialog("- goto: nowhere\n").flow is None


@pytest.mark.parametrize(
    ("said", "judged"),
    [
        ("Tapez 1 pour un paiement.", True),
        ("Appuyez sur la touche 1 pour un paiement.", True),
        ("Faites le 1 si vous venez payer.", True),
        ("Press 1 for a payment.", True),
        ("Pour un paiement, tapez 1. Pour autre chose, tapez 2.", False),
        ("For a payment, press 1. For the rest, press 2.", False),
        ("Tapez les onze chiffres de votre identifiant, puis dièse.", False),
    ],
)
def test_what_it_is_for_comes_before_the_key(said: str, judged: bool) -> None:
    assert codes(dialog(f'- say: "{said}"\n')) == (["key-before-option"] if judged else [])


def test_a_dialog_that_only_identified_callers_come_to_may_speak_of_them() -> None:
    files = {
        "example.yaml": "dialog: example\nrequires: identified\nsteps:\n  - run: inside\n",
        "inside.yaml": 'dialog: inside\nsteps:\n  - say: "Bonjour {{ caller.person }}."\n',
        "who.yaml": "dialog: who\nsteps:\n  - set: { caller.person: P-1, caller.verified: '{{ true }}' }\n",
    }
    assert codes(loaded(files, "identify: who\n")) == []
    assert codes(loaded({**files, "example.yaml": "dialog: example\nsteps:\n  - run: inside\n"}, "identify: who\n")) == [
        "personal-before-identified"
    ]


def test_a_round_with_a_question_in_it_is_not_endless() -> None:
    question = "- ask: again\n  type: yes_no\n  prompt: Encore ?\n"
    assert codes(dialog(question + "- goto: example\n")) == []
    assert codes(dialog("- say: Encore.\n- goto: example\n")) == ["endless"]


def test_content_is_good_until_the_end_of_its_day() -> None:
    files = {"example.yaml": "dialog: example\nreview_by: 2026-11-23\nsteps: [hangup]\n"}
    on_the_day, after = (load_files(bundle(files), dt.date(2026, 11, day)) for day in (23, 24))
    assert codes(on_the_day) == []
    assert codes(after) == ["review-passed"]


@pytest.mark.parametrize(
    ("written", "known", "remedy"),
    [
        ("paiment", ["paiement", "accueil"], "did you mean 'paiement'?"),
        ("PAIEMENT", ["paiement"], "did you mean 'paiement'?"),
        ("xyz", ["b", "a"], "known: a, b"),
        ("xyz", [], ""),
        ("x" * 10_000, ["a"], "known: a"),
        ("zz", [f"n{number:02}" for number in range(20)], "known: " + ", ".join(f"n{n:02}" for n in range(12)) + " ..."),
    ],
)
def test_the_closest_name_is_suggested(written: str, known: list[str], remedy: str) -> None:
    assert closest(written, known) == remedy
