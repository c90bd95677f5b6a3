"""What is said, as menu files write it: a text, a text per language, or a recording with the words it says."""

from collections.abc import Mapping as MappingOf
from dataclasses import dataclass

from ivr.engine.flow import Fragment, Template, Wording
from ivr.language.desk import Desk
from ivr.language.nodes import Mapping, Node, Scalar, Sequence, called
from ivr.language.shapes import AS_TEXT, Schema, text_of

LANGUAGE = r"[a-z]{2,3}(-[A-Z]{2})?"
RECORDING_KEYS = {"recording", "text"}


@dataclass(frozen=True)
class WordingShape:
    """`{ fr: ..., en: ... }`; a text alone where the service speaks one language."""

    def read(self, node: Node, desk: Desk) -> Wording | None:
        if not isinstance(node, Mapping) or _is_recording(node):
            template = _template(node, desk)
            _missing(desk, node, {desk.world.languages[0]})
            return Wording({desk.world.languages[0]: template}) if template else None
        found: dict[str, Template] = {}
        for entry in node:
            language = desk.known("unknown-language", "language of this service", entry.key, desk.world.languages)
            template = _template(entry.value, desk)
            if language is not None and template:
                found[language] = template
        if node.entries:
            _missing(desk, node, {entry.key.text for entry in node})
        else:
            desk.fault("empty-wording", node.place, "there are no words here", 'write { fr: "..." }')
        return Wording(found) if found else None

    def schema(self) -> Schema:
        return {"$ref": "#/$defs/wording"}


def _missing(desk: Desk, node: Node, written: set[str]) -> None:
    missing = [language for language in desk.world.languages if language not in written]
    if missing:
        desk.fault("missing-language", node.place, f"there is no text in {', '.join(missing)}", f"add '{missing[0]}: ...'")


def _is_recording(node: Node) -> bool:
    return isinstance(node, Mapping) and bool(node.entries) and all(entry.key.text in RECORDING_KEYS for entry in node)


def _template(node: Node, desk: Desk) -> Template | None:
    """One language's words: a text, a recording, or a list of these."""
    if isinstance(node, Sequence):
        return _joined(node, desk)
    return _piece(node, desk)


def _joined(node: Sequence, desk: Desk) -> Template | None:
    if not node.items:
        desk.fault("empty-wording", node.place, "there are no words here", "write what the caller hears")
    joined: list[Fragment] = []
    for piece in [_piece(item, desk) for item in node.items]:
        joined += [Fragment(" "), *piece] if joined and piece else piece or ()
    return tuple(joined) or None


def _piece(node: Node, desk: Desk) -> Template | None:
    if isinstance(node, Mapping):
        return _recording(node, desk)
    scalar = text_of(node, desk, "the words to be said")
    if scalar is None:
        return None
    template = desk.template(scalar)
    if template == ():
        desk.fault("empty-wording", scalar.place, "there are no words here", "write what the caller hears")
    return template


def _recording(node: Mapping, desk: Desk) -> Template | None:
    if not _is_recording(node):
        desk.fault("wrong-shape", node.place, f"words or 'recording' and 'text' belong here, not {called(node)}")
        return None
    path, words = node.get("recording"), node.get("text")
    if not isinstance(path, Scalar) or not isinstance(words, Scalar) or words.empty or path.empty:
        desk.fault("missing-key", node.place, "a recording needs 'recording' and 'text'", "the text is what the recording says")
        return None
    if path.text not in desk.world.files:
        remedy = "give its path below the service's folder"
        desk.fault("missing-recording", path.place, f"'{path.text}' is not in the service's folder", remedy)
        return None
    template = desk.template(words)
    if template is None or any(fragment.expression is not None for fragment in template):
        desk.fault(
            "template-not-allowed", words.place, "a recording's text holds no values", "put the value beside the recording"
        )
        return None
    return (Fragment(" ".join(fragment.text for fragment in template), recording=path.text),)


def wording_schema() -> Schema:
    """What `$ref: wording` means."""
    recording = {
        "type": "object",
        "additionalProperties": False,
        "required": ["recording", "text"],
        "properties": {
            "recording": {"type": AS_TEXT, "description": "Path below the service's folder."},
            "text": {"type": AS_TEXT, "description": "The words that the recording says."},
        },
    }
    piece = {"anyOf": [{"type": "string", "pattern": r"\S"}, {"type": ["number", "boolean"]}, recording]}
    words = {"anyOf": [piece, {"type": "array", "items": piece, "minItems": 1}]}
    by_language = {
        "type": "object",
        "propertyNames": {"pattern": f"^(?:{LANGUAGE})$"},
        "additionalProperties": words,
        "minProperties": 1,
    }
    return {"anyOf": [words, by_language], "description": 'Words by language: { fr: "...", en: "..." }.'}


@dataclass(frozen=True)
class WordingsShape:
    """Several wordings, one for each time."""

    def read(self, node: Node, desk: Desk) -> tuple[Wording, ...] | None:
        items = node.items if isinstance(node, Sequence) else (node,)
        read = [WORDING.read(item, desk) for item in items[:20]]
        return tuple(wording for wording in read if wording is not None)

    def schema(self) -> Schema:
        return {"anyOf": [WORDING.schema(), {"type": "array", "items": WORDING.schema(), "maxItems": 20}]}


@dataclass(frozen=True)
class PhrasesShape:
    """`{ fr: [paiement, prochain paiement] }`: what a caller may say for it."""

    def read(self, node: Node, desk: Desk) -> MappingOf[str, tuple[str, ...]] | None:
        if not isinstance(node, Mapping):
            phrases = _phrases(node, desk)
            return {desk.world.languages[0]: phrases} if phrases else None
        found: dict[str, tuple[str, ...]] = {}
        for entry in node:
            language = desk.known("unknown-language", "language of this service", entry.key, desk.world.languages)
            phrases = _phrases(entry.value, desk)
            if language is not None and phrases:
                found[language] = phrases
        return found

    def schema(self) -> Schema:
        phrases: Schema = {"anyOf": [{"type": AS_TEXT}, {"type": "array", "items": {"type": AS_TEXT}}]}
        by_language = {"type": "object", "propertyNames": {"pattern": f"^(?:{LANGUAGE})$"}, "additionalProperties": phrases}
        return {"anyOf": [*phrases["anyOf"], by_language]}


def _phrases(node: Node, desk: Desk) -> tuple[str, ...]:
    items = node.items if isinstance(node, Sequence) else (node,)
    scalars = [text_of(item, desk, "a phrase") for item in items[:200]]
    return tuple(" ".join(scalar.text.split()) for scalar in scalars if scalar is not None and scalar.text.strip())


WORDING = WordingShape()
WORDINGS = WordingsShape()
PHRASES = PhrasesShape()
