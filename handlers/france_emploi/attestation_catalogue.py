"""attestations.yaml: which attestations there are, what they are called, for what period they are and what they need.

Rule: a catalogue is given only when nothing is wrong in its file; every fault is told with its place and what to write instead.
"""

import difflib
import enum
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import yaml

from handlers.delivery.reading import CatalogueError, Reading

FILE = "attestations.yaml"
MAX_LABEL = 80
_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
_PARTS = ("label", "phrases", "period", "needs", "document")


class Period(enum.Enum):
    """For what days: none, those that the caller says, or the calendar year before this one."""

    NONE = "none"
    ASKED = "asked"
    LAST_YEAR = "last_year"


class Needs(enum.Enum):
    """What must be on file for it to be true."""

    REGISTRATION = "registration"
    ENTITLEMENT = "entitlement"
    PAYMENTS = "payments"
    NO_PAYMENTS = "no_payments"


@dataclass(frozen=True, slots=True)
class Attestation:
    """`label` and `phrases` (what callers say for it) are by language; `document` names one of messages.yaml."""

    name: str
    label: Mapping[str, str]
    phrases: Mapping[str, tuple[str, ...]]
    period: Period
    needs: Needs
    document: str


def read_attestations(data: bytes, file: str = FILE, languages: Sequence[str] = ("fr", "en")) -> dict[str, Attestation]:
    """By name, in the file's order. Raises CatalogueError."""
    reading = _Reading(file, tuple(languages))
    root = reading.tree(data)
    found = {} if root is None else reading.attestations(root)
    if reading.faults:
        raise CatalogueError(reading.faults)
    return found


C = TypeVar("C", bound=enum.Enum)


class _Reading(Reading):
    def attestations(self, root: Any) -> dict[str, Attestation]:
        parts = self.block(root, ("attestations",), ("attestations",))
        listed = self.block(parts["attestations"]) if "attestations" in parts else {}
        return {name: self._attestation(name, node) for name, node in listed.items()}

    def _attestation(self, name: str, node: Any) -> Attestation:
        if not _NAME.fullmatch(name):
            self.fault(node, f"'{name}' is no name", "write it as in situation_notice")
        parts = self.block(node, _PARTS, ("label", "period", "needs", "document"))
        labels = self.by_language(parts["label"]) if "label" in parts else {}
        phrases = self.block(parts["phrases"], self.languages) if "phrases" in parts else {}
        return Attestation(
            name=name,
            label={language: self._text(text) for language, text in labels.items()},
            phrases={language: self._texts(texts) for language, texts in phrases.items()},
            period=self._one_of(Period, parts["period"]) if "period" in parts else Period.NONE,
            needs=self._one_of(Needs, parts["needs"]) if "needs" in parts else Needs.REGISTRATION,
            document=self._document(parts["document"]) if "document" in parts else "",
        )

    def _document(self, node: Any) -> str:
        name = self._text(node)
        if name and not _NAME.fullmatch(name):
            self.fault(node, f"'{name}' is no name of a document", "write one that stands under 'documents:' in messages.yaml")
        return name

    def _text(self, node: Any) -> str:
        if not isinstance(node, yaml.ScalarNode) or not 0 < len(str(node.value)) <= MAX_LABEL:
            self.fault(node, "this must be a text", f"write 1 to {MAX_LABEL} characters")
            return ""
        return str(node.value)

    def _texts(self, node: Any) -> tuple[str, ...]:
        if not isinstance(node, yaml.SequenceNode):
            self.fault(node, "this must be a list", "write it as in [my registration, registration]")
            return ()
        return tuple(self._text(each) for each in node.value)

    def _one_of(self, kind: type[C], node: Any) -> C:
        known = [str(each.value) for each in kind]
        value = self._text(node)
        if value in known:
            return kind(value)
        if not value:
            return next(iter(kind))
        close = difflib.get_close_matches(value, known, 1)
        self.fault(
            node, f"'{value}' is not known here", f"did you mean '{close[0]}'?" if close else f"known are {', '.join(known)}"
        )
        return next(iter(kind))
