"""messages.yaml to a catalogue, with everything that is wrong in it.

Rule: a catalogue is given only when nothing is wrong in its file.
"""

import difflib
import re
from collections.abc import Mapping, Sequence
from typing import Any

import yaml

from handlers.delivery.reading import CatalogueError, Reading
from handlers.delivery.texts import Catalogue, DocumentText, MessageText, TableText
from handlers.delivery.wording import fault_in

MAX_SMS = 480
"""Characters of an SMS's template: three or four parts of one, which is what people read."""
_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")
_FILE = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")


def read_catalogue(data: bytes, file: str, languages: Sequence[str] = ("fr", "en")) -> Catalogue:
    """The catalogue of a service that speaks `languages`. Raises CatalogueError."""
    reading = _Reading(file, tuple(languages))
    root = reading.tree(data)
    catalogue = Catalogue(reading.languages) if root is None else reading.catalogue(root)
    if reading.faults:
        raise CatalogueError(reading.faults)
    return catalogue


class _Reading(Reading):
    def text(self, node: Any, longest: int | None = None) -> str:
        """A template that may be used."""
        if not isinstance(node, yaml.ScalarNode):
            self.fault(node, "this must be a text", "put quotes around a text that begins with a brace or a bracket")
            return ""
        value = str(node.value)
        wrong = fault_in(value)
        if wrong is not None:
            self.fault(node, wrong[1], "mend the template", down=wrong[0] - 1)
        if longest is not None and len(value) > longest:
            self.fault(node, f"an SMS of {len(value)} characters", f"shorten it to {longest}")
        return value

    def name(self, node: Any, shape: re.Pattern[str], example: str) -> str:
        value = self.text(node)
        if not shape.fullmatch(value):
            self.fault(node, f"'{value}' is no name", f"write it as in {example}")
        return value

    def catalogue(self, root: Any) -> Catalogue:
        parts = self.block(root, ("issuer", "messages", "documents"), ("messages",))
        issuer = self.by_language(parts["issuer"]) if "issuer" in parts else {}
        documents = self._named(parts.get("documents"), self._document)
        messages = self._named(parts.get("messages"), lambda node: self._message(node, documents))
        signed = {language: self.text(node) for language, node in issuer.items()}
        return Catalogue(self.languages, signed, messages, documents)

    def _named(self, node: Any, read: Any) -> dict[str, Mapping[str, Any]]:
        """What stands under `messages` or `documents`: by name, then by language."""
        found: dict[str, Mapping[str, Any]] = {}
        for name, one in ({} if node is None else self.block(node)).items():
            if not _NAME.fullmatch(name):
                self.fault(one, f"'{name}' is no name", "write it as in payment_received")
            found[name] = {language: read(text) for language, text in self.by_language(one).items()}
        return found

    def _message(self, node: Any, documents: Mapping[str, Any]) -> MessageText:
        parts = self.block(node, ("subject", "text", "sms", "document"))
        if not parts:
            return MessageText()
        if "text" not in parts and "sms" not in parts:
            self.fault(node, "the message says nothing", "add 'text:' for e-mails and letters, 'sms:' for an SMS")
        if "text" in parts and "subject" not in parts:
            self.fault(node, "the e-mail has no subject", "add 'subject:'")
        document = str(parts["document"].value) if "document" in parts else ""
        if document and document not in documents:
            close = difflib.get_close_matches(document, list(documents), 1)
            remedy = f"did you mean '{close[0]}'?" if close else "define it under 'documents:'"
            self.fault(parts["document"], f"no document is called '{document}'", remedy)
        written = {name: self.text(parts[name]) for name in ("subject", "text") if name in parts}
        sms = self.text(parts["sms"], MAX_SMS) if "sms" in parts else ""
        return MessageText(**written, sms=sms, document=document)

    def _document(self, node: Any) -> DocumentText:
        parts = self.block(node, ("title", "file", "text", "lines", "table", "closing"), ("title", "file"))
        return DocumentText(
            title=self.text(parts["title"]) if "title" in parts else "",
            file=self.name(parts["file"], _FILE, "attestation-inscription") if "file" in parts else "",
            text=self.text(parts["text"]) if "text" in parts else "",
            lines=self._pairs(parts["lines"]) if "lines" in parts else (),
            table=self._table(parts["table"]) if "table" in parts else None,
            closing=self.text(parts["closing"]) if "closing" in parts else "",
        )

    def _table(self, node: Any) -> TableText:
        parts = self.block(node, ("caption", "rows", "columns"), ("caption", "rows", "columns"))
        return TableText(
            caption=self.text(parts["caption"]) if "caption" in parts else "",
            rows=self.name(parts["rows"], _NAME, "payments") if "rows" in parts else "",
            columns=self._pairs(parts["columns"]) if "columns" in parts else (),
        )

    def _pairs(self, node: Any) -> tuple[tuple[str, str], ...]:
        return tuple((label, self.text(value)) for label, value in self.block(node).items())
