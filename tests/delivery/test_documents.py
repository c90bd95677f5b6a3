"""Documents are PDF that a screen reader can read: tagged, with a language and a title, fonts embedded, text as text."""

import dataclasses
import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handlers.delivery.documents import Document, DocumentError, Table, make_pdf
from tests.delivery.pdf import read_pdf

PAID = Table("Paiements reçus", ("Date", "Montant"), (("28 novembre 2026", "987,65 €"), ("28 octobre 2026", "900,00 €")))
ATTESTATION = Document(
    title="Attestation d'inscription",
    language="fr",
    issuer="France Emploi",
    reference="A-2026-0001",
    on=dt.date(2026, 11, 1),
    paragraphs=("Nous attestons que la personne nommée ci-dessous est inscrite.", "Une ligne\net la suivante."),
    lines=(("Nom", "Aurore EXEMPLE-D'ESSAI"), ("Inscrite depuis", "lundi 4 mai 2026")),
    table=PAID,
    closing=("Fait pour servir et valoir ce que de droit.",),
    addressee=("Mme Aurore Exemple", "1 rue Inventée", "99999 Nulle-Part"),
)


def test_a_screen_reader_finds_language_title_and_headings() -> None:
    read = read_pdf(make_pdf(ATTESTATION))
    assert (read.language, read.title) == ("fr", "Attestation d’inscription")
    assert (read.shows_title, read.marked) == (True, True)
    assert [tag for tag in read.tags if tag in ("H1", "H2", "Table", "L")] == ["H1", "L", "H2", "Table"]


def test_it_declares_the_standards_that_it_was_held_to() -> None:
    metadata = read_pdf(make_pdf(ATTESTATION)).metadata
    assert "<pdfuaid:part>1</pdfuaid:part>" in metadata
    assert "<pdfaid:part>2</pdfaid:part>" in metadata
    assert "<pdfaid:conformance>A</pdfaid:conformance>" in metadata


def test_a_table_has_heads_that_its_cells_name() -> None:
    read = read_pdf(make_pdf(ATTESTATION))
    assert read.tags.count("TR") == 3
    heads = [attributes for tag, attributes in read.attributes if tag == "TH"]
    cells = [attributes for tag, attributes in read.attributes if tag == "TD"]
    assert [head["/Scope"] for head in heads] == ["/Column", "/Column"]
    assert len(cells) == 4
    assert all(cell["/Headers"] for cell in cells)


def test_every_label_stands_with_what_it_says() -> None:
    tags = read_pdf(make_pdf(ATTESTATION)).tags
    assert (tags.count("LI"), tags.count("Lbl"), tags.count("LBody")) == (2, 2, 2)


def test_its_text_can_be_read_and_searched() -> None:
    text = read_pdf(make_pdf(ATTESTATION)).text
    for expected in ("France Emploi", "Mme Aurore Exemple", "99999 Nulle-Part", "Le 1er novembre 2026", "lundi 4 mai 2026"):
        assert expected in text
    assert "987,65" in text
    assert "A-2026-0001" in text


def test_all_fonts_are_embedded() -> None:
    read = read_pdf(make_pdf(ATTESTATION))
    assert read.fonts
    assert read.embedded


def test_an_english_document_says_so() -> None:
    read = read_pdf(make_pdf(dataclasses.replace(ATTESTATION, language="en", title="Certificate")))
    assert (read.language, read.title) == ("en", "Certificate")
    assert "1 November 2026" in read.text


def test_a_long_table_repeats_its_heads_and_counts_its_pages() -> None:
    rows = tuple((f"ligne {number}", "1,00 €") for number in range(120))
    read = read_pdf(make_pdf(dataclasses.replace(ATTESTATION, table=Table("Longue", ("Quoi", "Combien"), rows))))
    assert read.pages > 2
    assert read.text.count("Combien") == read.pages or read.text.count("Combien") == read.pages - 1
    assert f"1 / {read.pages}" in read.text


def test_the_same_document_gives_the_same_bytes() -> None:
    assert make_pdf(ATTESTATION) == make_pdf(ATTESTATION)


def test_the_address_sheet_holds_the_address_and_nothing_of_the_letter() -> None:
    read = read_pdf(make_pdf(ATTESTATION, "address"))
    assert "1 rue Inventée" in read.text
    assert "attestons" not in read.text
    assert read.tags[:1] == ("Document",)


@pytest.mark.parametrize(
    "text", ["#panic()", '"] #read("/etc/passwd")', "= titre", "$x$", "@nul", "<a>", "\\u{41}", "*gras*", "//x"]
)
def test_what_is_written_is_never_markup(text: str) -> None:
    hostile = dataclasses.replace(ATTESTATION, paragraphs=(text,), lines=((text, text),), addressee=(text,))
    read = read_pdf(make_pdf(hostile))
    assert read.text.count(text.replace("'", "’")) == 4


def test_a_name_that_no_font_has_is_told_without_being_told() -> None:
    with pytest.raises(DocumentError) as raised:
        make_pdf(dataclasses.replace(ATTESTATION, lines=(("Nom", "\U000130b8 Secret"),)))
    assert str(raised.value) == "no_font_has_this"


def test_a_document_without_end_is_refused() -> None:
    with pytest.raises(DocumentError, match="too_long"):
        make_pdf(dataclasses.replace(ATTESTATION, paragraphs=("x" * 300_000,)))


@settings(max_examples=60, deadline=None)
@given(st.text(st.characters(max_codepoint=0x17F), max_size=60), st.sampled_from(["fr", "en"]))
def test_any_latin_text_gives_a_document(text: str, language: str) -> None:
    document = dataclasses.replace(
        ATTESTATION, language=language, paragraphs=(text, text), lines=((text, text),), addressee=(text,), table=None
    )
    assert read_pdf(make_pdf(document)).tags
