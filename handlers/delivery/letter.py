"""Letters: a folder with the letter's PDF and a sheet with its address, for whoever prints and posts.

Rule: a letter's folder appears whole, under a name that comes from its item, or not at all. The same item twice is one folder.
"""

import errno
import hashlib
import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from handlers.delivery.carrier import Rejected, TryLater, Unseal, opened
from handlers.delivery.documents import Document, DocumentError, make_pdf
from handlers.delivery.texts import Composed, Texts, paragraphs
from ivr.ports.outbox import Item

MAX_LINES = 7
LONGEST_LINE = 60
LETTER = "letter.pdf"
ADDRESS = "address.pdf"


@dataclass(frozen=True, slots=True)
class LetterSettings:
    """`folder` is what the print room empties; it must lie on one file system."""

    folder: Path


class LetterCarrier:
    """Implements handlers.delivery.carrier.Carrier."""

    def __init__(self, settings: LetterSettings, texts: Texts, unseal: Unseal) -> None:
        self._folder = settings.folder
        self._texts = texts
        self._unseal = unseal

    def deliver(self, item: Item) -> str:
        address = address_lines(opened(item, self._unseal))
        composed = self._texts.compose(item)
        name = folder_name(item)
        try:
            files = _files(composed, address)
            if not (self._folder / name).exists():
                self._write(name, files)
        except DocumentError as error:
            raise Rejected(str(error)) from None
        except OSError as error:
            raise TryLater("print_folder_full" if error.errno == errno.ENOSPC else "print_folder") from None
        return name

    def _write(self, name: str, files: dict[str, bytes]) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(dir=self._folder, prefix=".draft-"))
        try:
            for file, content in files.items():
                _write_through(draft / file, content)
            _sync(draft)
            draft.chmod(0o750)
            draft.rename(self._folder / name)
            _sync(self._folder)
        except OSError:
            shutil.rmtree(draft, ignore_errors=True)
            # Another worker, whose lease had ended, wrote the same letter.
            if not (self._folder / name).exists():
                raise


def folder_name(item: Item) -> str:
    """The day on which it was promised, and a name that only this item has."""
    return f"{item.created_at:%Y%m%d}-{hashlib.sha256(item.idempotency_key.encode()).hexdigest()[:20]}"


def address_lines(text: str) -> tuple[str, ...]:
    """The lines of a postal address. Raises Rejected for what fits no envelope."""
    lines = tuple(" ".join(line.split()) for line in text.strip().splitlines() if line.strip())
    if not 2 <= len(lines) <= MAX_LINES or any(len(line) > LONGEST_LINE for line in lines):
        raise Rejected("bad_address")
    return lines


def _files(composed: Composed, address: tuple[str, ...]) -> dict[str, bytes]:
    """The letter itself, each of its documents, and the sheet with the address."""
    letter = Document(
        title=composed.subject,
        language=composed.language,
        issuer=composed.issuer,
        reference=composed.reference,
        on=composed.on,
        paragraphs=paragraphs(composed.text),
        addressee=address,
    )
    if not composed.text:
        raise Rejected("no_text")
    files = {LETTER: make_pdf(letter), ADDRESS: make_pdf(letter, "address")}
    return files | {file: make_pdf(document) for file, document in composed.attachments}


def _write_through(path: Path, content: bytes) -> None:
    with path.open("xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    path.chmod(0o640)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
