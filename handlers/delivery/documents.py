"""Attestations, letters and address sheets as PDF that everybody can read: PDF/UA-1 and PDF/A-2a, tagged, fonts embedded.

Rule: what is written comes as data and is never read as markup; a PDF that breaks a rule of PDF/UA is not made at all.
The same document gives the same bytes.
"""

import datetime as dt
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

import typst
from babel.dates import format_date

from handlers.delivery.typography import typeset

TEMPLATES = Path(__file__).parent / "templates"
MAX_CHARACTERS = 200_000
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ufeff\ufffe\uffff\ud800-\udfff]")


class DocumentError(Exception):
    """This document cannot be made; says nothing of what stands in it."""


@dataclass(frozen=True, slots=True)
class Table:
    """`caption` is its heading; each row has a text for each column."""

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Document:
    """`lines` are pairs of a label and what it says. In `paragraphs` and `closing`, a line break is one. `addressee` is
    empty where the document travels by e-mail."""

    title: str
    language: str
    issuer: str
    reference: str
    on: dt.date
    paragraphs: tuple[str, ...] = ()
    lines: tuple[tuple[str, str], ...] = ()
    table: Table | None = None
    closing: tuple[str, ...] = ()
    addressee: tuple[str, ...] = ()


def make_pdf(document: Document, template: Literal["document", "address"] = "document") -> bytes:
    """The PDF of a document, or the sheet with its address. Raises DocumentError."""
    said = json.dumps(_said(document))
    if len(said) > MAX_CHARACTERS:
        raise DocumentError("too_long")
    made_at = dt.datetime.combine(document.on, dt.time(), dt.UTC)
    compiler = typst.Compiler(root=TEMPLATES, font_paths=_fonts())
    try:
        made = compiler.compile(
            _template(template),
            format="pdf",
            sys_inputs={"said": said},
            pdf_standards=["a-2a", "ua-1"],
            timestamp=made_at,
        )
    except typst.TypstError as error:
        # Its words quote the text; only what kind of fault it is may be told.
        raise DocumentError("no_font_has_this" if "could not be displayed" in error.message else "not_accessible") from None
    if not isinstance(made, bytes):
        raise DocumentError("no_pages")
    return made


def _said(document: Document) -> Mapping[str, Any]:
    def clean(text: str) -> str:
        return typeset(_CONTROLS.sub("", text), document.language)

    def lines(text: str) -> list[str]:
        return [clean(line) for line in text.strip().splitlines()]

    table = document.table
    return {
        "title": clean(document.title),
        "language": "en" if document.language.startswith("en") else "fr",
        "issuer": clean(document.issuer),
        "reference": clean(document.reference),
        "on": [document.on.year, document.on.month, document.on.day],
        "placed": _dated(document.on, document.language),
        "addressee": [_CONTROLS.sub("", line) for line in document.addressee],
        "paragraphs": [lines(text) for text in document.paragraphs if text.strip()],
        "lines": [[clean(label), clean(value)] for label, value in document.lines],
        "table": None
        if table is None
        else {
            "caption": clean(table.caption),
            "columns": [clean(name) for name in table.columns],
            "rows": [[clean(cell) for cell in row] for row in table.rows],
        },
        "closing": [lines(text) for text in document.closing if text.strip()],
    }


def _dated(day: dt.date, language: str) -> str:
    if language.startswith("en"):
        return str(format_date(day, "d MMMM y", locale="en_GB"))
    return "Le " + str(format_date(day, "d'er' MMMM y" if day.day == 1 else "d MMMM y", locale="fr_FR"))


@cache
def _fonts() -> typst.Fonts:
    """The machine's fonts, and those that come with typst where it has none."""
    return typst.Fonts()


@cache
def _template(name: str) -> bytes:
    return (TEMPLATES / f"{name}.typ").read_bytes()
