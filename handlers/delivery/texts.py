"""What the messages of a service say: its catalogue, and an item of the outbox put into words.

Rule: nothing here knows by which way a message leaves. What cannot be worded is rejected with a code; it leaves when the
catalogue is mended and the item is tried again.
"""

import datetime as dt
import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from zoneinfo import ZoneInfo

from handlers.delivery.carrier import Rejected
from handlers.delivery.documents import Document, Table
from handlers.delivery.wording import WordingError, written
from ivr.ports.outbox import Item


@dataclass(frozen=True, slots=True)
class MessageText:
    """A message in one language. An SMS says `sms`, or `text` where that is empty; `document` names what goes with it."""

    subject: str = ""
    text: str = ""
    sms: str = ""
    document: str = ""


@dataclass(frozen=True, slots=True)
class TableText:
    """A row for each of `rows` (a name among the values); in its templates `row` is the one that is written."""

    caption: str
    rows: str
    columns: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class DocumentText:
    """A document in one language; `lines` are pairs of a label and a template, `file` is its name without `.pdf`."""

    title: str
    file: str
    text: str = ""
    lines: tuple[tuple[str, str], ...] = ()
    table: TableText | None = None
    closing: str = ""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The messages and documents of a service, by name and then by language; `issuer` is who signs, by language."""

    languages: tuple[str, ...]
    issuer: Mapping[str, str] = field(default_factory=dict)
    messages: Mapping[str, Mapping[str, MessageText]] = field(default_factory=dict)
    documents: Mapping[str, Mapping[str, DocumentText]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Composed:
    """A message put into words; `attachments` are documents with their file names. `reference` is the same at every attempt."""

    language: str
    subject: str
    text: str
    sms: str
    reference: str
    on: dt.date
    issuer: str
    attachments: tuple[tuple[str, Document], ...] = ()


class Texts:
    """Words items. `catalogue_of` gives the catalogue of a service, and raises LookupError for one that has none."""

    def __init__(self, catalogue_of: Callable[[str], Catalogue], timezone: str = "Europe/Paris") -> None:
        self._catalogue_of = catalogue_of
        self._zone = ZoneInfo(timezone)

    def compose(self, item: Item) -> Composed:
        """What an item says: its payload has `service`, `message`, `language` and `values`, and may have a `document` that
        takes the place of the message's own. Raises Rejected."""
        catalogue = self._catalogue(str(item.payload.get("service", "")))
        message = catalogue.messages.get(str(item.payload.get("message", "")))
        if message is None:
            raise Rejected("unknown_message")
        values = item.payload.get("values")
        language = _chosen(str(item.payload.get("language", "")), catalogue, message)
        day = item.created_at.astimezone(self._zone).date()
        writing = _Writing(language, day, _reference(item), values if isinstance(values, Mapping) else {})
        try:
            return _composed(catalogue, _with_document(message[language], item, catalogue), writing)
        except WordingError as error:
            raise Rejected(error.code) from None

    def _catalogue(self, service: str) -> Catalogue:
        try:
            return self._catalogue_of(service)
        except LookupError:
            raise Rejected("no_catalogue") from None


@dataclass(frozen=True, slots=True)
class _Writing:
    language: str
    day: dt.date
    reference: str
    values: Mapping[str, Any]

    def write(self, text: str, row: Any = None) -> str:
        given = {"reference": self.reference, "day": self.day, **self.values}
        if row is not None:
            given["row"] = row
        return written(text, given, self.language, self.day).strip()


def _with_document(message: MessageText, item: Item, catalogue: Catalogue) -> MessageText:
    """Raises Rejected for a document that the catalogue does not have."""
    name = str(item.payload.get("document", "")) or message.document
    if name and name not in catalogue.documents:
        raise Rejected("unknown_document")
    return replace(message, document=name)


def _composed(catalogue: Catalogue, message: MessageText, writing: _Writing) -> Composed:
    issuer = catalogue.issuer.get(writing.language, "")
    attachments: tuple[tuple[str, Document], ...] = ()
    if message.document:
        text = catalogue.documents[message.document][writing.language]
        attachments = ((f"{text.file}.pdf", _document(text, issuer, writing)),)
    return Composed(
        language=writing.language,
        subject=" ".join(writing.write(message.subject).split()),
        text=writing.write(message.text),
        sms=writing.write(message.sms or message.text),
        reference=writing.reference,
        on=writing.day,
        issuer=issuer,
        attachments=attachments,
    )


def _document(text: DocumentText, issuer: str, writing: _Writing) -> Document:
    return Document(
        title=writing.write(text.title),
        language=writing.language,
        issuer=issuer,
        reference=str(writing.values.get("reference", writing.reference)),
        on=writing.day,
        paragraphs=paragraphs(writing.write(text.text)),
        lines=tuple((label, writing.write(template)) for label, template in text.lines),
        table=None if text.table is None else _table(text.table, writing),
        closing=paragraphs(writing.write(text.closing)),
    )


def _table(table: TableText, writing: _Writing) -> Table:
    rows = writing.values.get(table.rows)
    if not isinstance(rows, Sequence) or isinstance(rows, str):
        raise WordingError("missing_value")
    cells = tuple(tuple(writing.write(template, row) for _, template in table.columns) for row in rows)
    return Table(writing.write(table.caption), tuple(label for label, _ in table.columns), cells)


def paragraphs(text: str) -> tuple[str, ...]:
    """A text cut at its empty lines."""
    return tuple(piece.strip() for piece in text.split("\n\n") if piece.strip())


def _chosen(wanted: str, catalogue: Catalogue, message: Mapping[str, MessageText]) -> str:
    """The caller's language, or the first of the service's that the message has."""
    return wanted if wanted in message else next(language for language in catalogue.languages if language in message)


def _reference(item: Item) -> str:
    digest = hashlib.sha256(item.idempotency_key.encode()).hexdigest()[:12].upper()
    return "-".join(digest[at : at + 4] for at in (0, 4, 8))
