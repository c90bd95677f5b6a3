"""messages.yaml to a catalogue, with everything that is wrong in it.

Rule: all faults are told at once, each with its line and column and what to write instead. Scalars are texts, whatever they look
like; anchors, aliases and keys that stand twice are refused; size and depth are bounded before they cost anything.
"""

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import yaml

from handlers.delivery.texts import Catalogue, DocumentText, MessageText, TableText
from handlers.delivery.wording import fault_in

MAX_BYTES = 512 * 1024
MAX_DEPTH = 12
MAX_SMS = 480
"""Characters of an SMS's template: three or four parts of one, which is what people read."""
_LOADER: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")
_FILE = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """`file:line:column: what; remedy`."""

    file: str
    line: int
    column: int
    what: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.what}; {self.remedy}"


class CatalogueError(Exception):
    """A catalogue that cannot be used; `faults` are sorted by place."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(sorted(faults))
        super().__init__("\n".join(map(str, self.faults)))


def read_catalogue(data: bytes, file: str, languages: Sequence[str] = ("fr", "en")) -> Catalogue:
    """The catalogue of a service that speaks `languages`. Raises CatalogueError."""
    reading = _Reading(file, tuple(languages))
    root = reading.tree(data)
    catalogue = Catalogue(reading.languages) if root is None else reading.catalogue(root)
    if reading.faults:
        raise CatalogueError(reading.faults)
    return catalogue


@dataclass
class _Reading:
    file: str
    languages: tuple[str, ...]
    faults: list[Fault] = field(default_factory=list)

    def fault(self, node: Any, what: str, remedy: str, down: int = 0) -> None:
        """`down` counts lines below where the node's text begins."""
        mark = node.start_mark
        begins = 1 if isinstance(node, yaml.ScalarNode) and node.style in ("|", ">") else 0
        line, column = mark.line + 1, mark.column + 1
        if down or begins:
            line, column = line + down + begins, 1
        self.faults.append(Fault(self.file, line, column, what, remedy))

    def tree(self, data: bytes) -> Any:
        """The file's one mapping, or nothing after telling why not."""
        try:
            if len(data) > MAX_BYTES:
                return self._no(1, 1, f"the file has {len(data)} bytes", f"{MAX_BYTES} at most are read")
            text = data.decode("utf-8-sig")
            if not self._plain(text):
                return None
            root = yaml.compose(text, Loader=_LOADER)
        except UnicodeDecodeError as error:
            return self._no(data[: error.start].count(b"\n") + 1, 1, "the file is not UTF-8", "save it as UTF-8")
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            problem = getattr(error, "problem", None) or "a character that no text may hold"
            line, column = (1, 1) if mark is None else (mark.line + 1, mark.column + 1)
            return self._no(line, column, str(problem), "check quotes, colons and the columns in which lines begin")
        if not isinstance(root, yaml.MappingNode):
            return self._no(1, 1, "the file is not a block of keys", "begin it with 'messages:'")
        return root

    def _plain(self, text: str) -> bool:
        """Whether nothing in the text may grow: told from its events, before any tree is made."""
        depth = 0
        for event in yaml.parse(text, Loader=_LOADER):
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth > MAX_DEPTH or isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
                what = "too many blocks inside blocks" if depth > MAX_DEPTH else "anchors and aliases are not read"
                self.fault(event, what, "write it out in full")
                return False
        return True

    def _no(self, line: int, column: int, what: str, remedy: str) -> None:
        self.faults.append(Fault(self.file, line, column, what, remedy))

    def block(self, node: Any, known: Sequence[str] | None = None, required: Sequence[str] = ()) -> dict[str, Any]:
        """A mapping's values by key; keys that are unknown, twice there or missing are told."""
        if not isinstance(node, yaml.MappingNode):
            self.fault(node, "this must be a block of keys", "write 'key: value', one a line")
            return {}
        found: dict[str, Any] = {}
        for key, value in node.value:
            name = str(key.value) if isinstance(key, yaml.ScalarNode) else ""
            if not name:
                self.fault(key, "a key must be a text", "put quotes around '{{ ... }}'")
            elif name in found:
                self.fault(key, f"'{name}' stands here twice", "keep one of them")
            elif known is not None and name not in known:
                close = difflib.get_close_matches(name, known, 1)
                self.fault(key, f"'{name}' is not known here", f"did you mean '{close[0]}'?" if close else _any_of(known))
            else:
                found[name] = value
        for name in required:
            if name not in found:
                self.fault(node, f"'{name}' is missing", f"add '{name}:'")
        return found

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

    def by_language(self, node: Any) -> dict[str, Any]:
        return self.block(node, self.languages, self.languages)

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


def _any_of(known: Sequence[str]) -> str:
    return f"known are {', '.join(known)}"
