"""The journal files of this machine, and how far each has been copied to the database.

Rule: the mark beside a file may lag behind what was copied, never lead.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ivr.records.journal import SUFFIX
from ivr.records.journal_file import has_writer

MARK = ".shipped"


@dataclass(frozen=True, slots=True)
class Chunk:
    """Whole lines of a file from `offset` on; `end` is where the next begins. `more` says that something follows."""

    lines: list[bytes]
    offset: int
    end: int
    more: bool


class JournalFolder:
    """Reads files that others write, and may delete those whose writers have gone."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        # A full disk takes no marks; what this process has copied it knows anyway.
        self._marks: dict[Path, int] = {}

    def files(self) -> list[Path]:
        """Oldest first, so that a call's turns come in order when its file was full."""
        found = [path for path in self._folder.glob(f"*{SUFFIX}") if not path.name.startswith(".")]
        return sorted(found, key=lambda path: (path.stem.partition("-")[2].zfill(20), path.name))

    def shipped(self, file: Path) -> int:
        """How many bytes of it are copied."""
        try:
            written = int(_mark(file).read_text(encoding="ascii"))
        except (OSError, ValueError):
            written = 0
        return max(written, self._marks.get(file, 0))

    def mark(self, file: Path, offset: int) -> None:
        """Remember that it is copied so far."""
        self._marks[file] = offset
        draft = _mark(file).with_suffix(".draft")
        try:
            draft.write_text(str(offset), encoding="ascii")
            os.replace(draft, _mark(file))
        except OSError:
            return

    def read(self, file: Path, offset: int, max_bytes: int) -> Chunk:
        """Whole lines, one at least where there is one; a file that has gone has none."""
        lines: list[bytes] = []
        end = offset
        try:
            with file.open("rb") as opened:
                opened.seek(offset)
                for line in opened:
                    if not line.endswith(b"\n") or (lines and end - offset + len(line) > max_bytes):
                        break
                    lines.append(line)
                    end += len(line)
                size = os.fstat(opened.fileno()).st_size
        except FileNotFoundError:
            return Chunk([], offset, offset, False)
        return Chunk(lines, offset, end, size > end)

    def unshipped(self, max_bytes: int) -> Iterator[bytes]:
        """Lines that may not be in the database yet, `max_bytes` of them at most."""
        left = max_bytes
        for file in self.files():
            chunk = self.read(file, self.shipped(file), left)
            yield from chunk.lines
            left -= chunk.end - chunk.offset
            if left <= 0:
                return

    def abandoned(self, file: Path) -> bool:
        """Whether nobody will ever write to it again."""
        try:
            with file.open("rb") as opened:
                return not has_writer(opened.fileno())
        except FileNotFoundError:
            return False

    def delete(self, file: Path) -> None:
        file.unlink(missing_ok=True)
        _mark(file).unlink(missing_ok=True)
        self._marks.pop(file, None)


def _mark(file: Path) -> Path:
    return file.with_name(file.name + MARK)
