"""Items are put into words from the service's catalogue, in the caller's language, with no hole."""

import datetime as dt
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handlers.delivery.carrier import Rejected
from handlers.delivery.texts import Composed, Texts
from handlers.delivery.wording import fault_in, written
from tests.delivery.catalogues import MESSAGES, VALUES, catalogue, item, texts

NBSP = "\N{NO-BREAK SPACE}"


def rejected(message: str = "attestation", **payload: Any) -> str:
    with pytest.raises(Rejected) as raised:
        texts().compose(item("email", message, **payload))
    return raised.value.reason


def composed(**payload: Any) -> Composed:
    return texts().compose(item("email", **payload))


def test_values_are_shown_as_their_types_show_them() -> None:
    assert f"Vous avez reçu 987,65{NBSP}€ le lundi 4 mai 2026." in composed().text
    assert "you got €987.65 on Monday 4 May 2026." in composed(language="en").text


def test_a_part_may_depend_on_a_value() -> None:
    assert "conseiller" not in composed().text
    assert "Un conseiller vous rappelle." in composed(values={**VALUES, "agent": True}).text


def test_an_sms_has_words_of_its_own_or_those_of_the_e_mail() -> None:
    assert composed().sms == f"Votre attestation {composed().reference} est partie."
    assert composed(language="en").sms == composed(language="en").text


def test_the_reference_is_the_same_at_every_attempt_and_of_no_other_item() -> None:
    assert composed().reference == composed().reference != composed(key="c1:8").reference


def test_a_language_that_the_service_does_not_speak_falls_back_to_its_first() -> None:
    assert composed(language="de").subject == "Votre attestation d'inscription"


def test_a_document_goes_with_its_message() -> None:
    ((file, document),) = composed().attachments
    assert (file, document.title, document.language) == ("attestation-inscription.pdf", "Attestation d'inscription", "fr")
    assert document.lines == (("Nom", "Aurore Exemple"), ("Depuis le", "lundi 4 mai 2026"))
    assert document.table is not None
    assert document.table.rows == (("mercredi 28 octobre 2026", f"900,00{NBSP}€"),)


def test_a_day_is_the_service_s_own() -> None:
    late = item("email")
    moved = type(late)(7, "email", "k", late.payload, 1, dt.datetime(2026, 11, 23, 23, 30, tzinfo=dt.UTC))
    assert texts().compose(moved).on == dt.date(2026, 11, 24)


def test_a_message_with_a_hole_never_leaves() -> None:
    assert rejected(values={}) == "missing_value"
    assert rejected(values={**VALUES, "since": None}) == "missing_value"
    assert rejected(values={**VALUES, "payments": ({"date": dt.date(2026, 1, 1)},)}) == "missing_value"
    assert rejected(values={**VALUES, "payments": None}) == "missing_value"


def test_a_value_that_is_no_text_never_leaves() -> None:
    assert rejected(values={**VALUES, "name": ("a", "b")}) == "bad_value"
    assert rejected(values={**VALUES, "name": dt.datetime(2026, 1, 1, tzinfo=dt.UTC)}) == "bad_value"


def test_what_the_catalogue_does_not_know_is_rejected() -> None:
    assert rejected("no_such_message") == "unknown_message"
    assert rejected(service="elsewhere") == "no_catalogue"


def test_a_text_without_end_never_leaves() -> None:
    assert rejected(values={**VALUES, "name": "x" * 50_000}) == "text_too_long"


@pytest.mark.parametrize(
    "template",
    [
        "{% for x in payments %}{{ x }}{% endfor %}",
        "{{ 'x' * 1000000 }}",
        "{{ 2 ** 1000 }}",
        "{{ name ~ name }}",
        "{{ name.upper() }}",
        "{{ ''.__class__ }}{{ f() }}",
        "{% set x = 1 %}",
        "{% include 'x' %}",
        "{% macro m() %}{% endmacro %}",
        "{{ [1, 2] }}",
        "{{ name | upper }}",
        "{{ amount | euros(min=1) }}",
        "{{ name[0:2] }}",
        "{{ 1 if name else 2 }}{{ x + 1 }}",
        "{{ name",
        "{% if name %}",
        "x" * 9_000,
    ],
)
def test_what_could_run_long_or_reach_out_is_no_template(template: str) -> None:
    assert fault_in(template) is not None


@pytest.mark.parametrize(
    "reach", ["{{ name.__class__ }}", "{{ payments.__len__ }}", "{{ values.keys }}", "{{ payments[0].items }}"]
)
def test_names_reach_nothing_but_what_was_given(reach: str) -> None:
    assert fault_in(reach) is None
    assert rejected_text(reach) == "missing_value"


def rejected_text(template: str) -> str:
    broken = catalogue(f"messages:\n  m: {{ fr: {{ sms: '{template}' }}, en: {{ sms: x }} }}")
    with pytest.raises(Rejected) as raised:
        Texts({"france-emploi": broken}.__getitem__).compose(item("sms", "m"))
    return raised.value.reason


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=80))
def test_what_a_value_holds_is_never_a_template(text: str) -> None:
    assert written("{{ name }}", {"name": text}, "fr", dt.date(2026, 1, 1)) == text


def test_an_item_may_name_the_document_that_goes_with_its_message() -> None:
    plain = catalogue(MESSAGES.replace("      document: registration\n", ""))
    texts_of = Texts({"france-emploi": plain}.__getitem__)
    assert texts_of.compose(item("email")).attachments == ()
    ((file, _),) = texts_of.compose(item("email", document="registration")).attachments
    assert file == "attestation-inscription.pdf"
    with pytest.raises(Rejected, match="unknown_document"):
        texts_of.compose(item("email", document="nothing_like_it"))
