"""Reads what a screen reader reads in a PDF: its language, title and tags, and the text under each tag."""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pypdf import PdfReader
from pypdf.generic import ArrayObject, DictionaryObject


@dataclass(frozen=True)
class ReadPdf:
    language: str
    title: str
    shows_title: bool
    marked: bool
    tags: tuple[str, ...]
    attributes: tuple[tuple[str, dict[str, Any]], ...]
    text: str
    fonts: frozenset[str]
    embedded: bool
    metadata: str
    pages: int


def read_pdf(data: bytes) -> ReadPdf:
    """Everything that the tests look at. Raises what pypdf raises for what is no PDF."""
    reader = PdfReader(io.BytesIO(data), strict=True)
    root: Any = reader.trailer["/Root"]
    nodes = list(_nodes(root["/StructTreeRoot"]["/K"]))
    fonts = [font for page in reader.pages for font in _fonts(page)]
    assert reader.metadata is not None
    return ReadPdf(
        language=str(root.get("/Lang", "")),
        title=str(reader.metadata.title),
        shows_title=bool(root["/ViewerPreferences"]["/DisplayDocTitle"]),
        marked=bool(root["/MarkInfo"]["/Marked"]),
        tags=tuple(str(node["/S"])[1:] for node in nodes),
        attributes=tuple((str(node["/S"])[1:], _attributes(node)) for node in nodes),
        text=" ".join(" ".join(page.extract_text() for page in reader.pages).split()),
        fonts=frozenset(str(font["/BaseFont"]).split("+")[-1] for font in fonts),
        embedded=all(_embedded(font) for font in fonts),
        metadata=root["/Metadata"].get_object().get_data().decode("utf-8"),
        pages=len(reader.pages),
    )


def _nodes(node: Any) -> Iterator[Any]:
    """Structure elements in reading order."""
    node = node.get_object()
    if isinstance(node, ArrayObject):
        for one in node:
            yield from _nodes(one)
    elif isinstance(node, DictionaryObject) and "/S" in node:
        yield node
        if "/K" in node:
            yield from _nodes(node["/K"])


def _attributes(node: Any) -> dict[str, Any]:
    given = node.get("/A")
    owners = [] if given is None else given.get_object()
    return {str(key): value for owner in owners for key, value in owner.get_object().items()}


def _fonts(page: Any) -> Iterator[Any]:
    for font in page["/Resources"].get("/Font", {}).values():
        yield font.get_object()


def _embedded(font: Any) -> bool:
    described = font["/DescendantFonts"][0].get_object() if "/DescendantFonts" in font else font
    descriptor = described["/FontDescriptor"].get_object()
    return any(name in descriptor for name in ("/FontFile", "/FontFile2", "/FontFile3"))
