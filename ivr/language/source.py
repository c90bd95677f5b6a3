"""A service's folder as a bundle: every file that a version consists of, with the hash that names the version.

Rule: bounded in number and size before anything is read into memory; symbolic links and hidden files are not followed. A zip
blob is read by the same bounds, so that a stored version cannot harm more than a folder can.
"""

import hashlib
import io
import os
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from ivr.engine.flow import Place
from ivr.language.issues import Report

MAX_FILES = 5_000
MAX_FILE_BYTES = 20 * 1024 * 1024
MAX_TOTAL_BYTES = 500 * 1024 * 1024
SHORT = 12
SOURCES = (".yaml", ".yml")
_RECORDINGS = (".wav", ".flac", ".ogg", ".mp3")
KEPT = (*SOURCES, *_RECORDINGS, ".md", ".html", ".txt", ".csv", ".npz", ".json")
_EPOCH = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class Bundle:
    """Files by their path below the folder, with `/`. `name` is what issues put before the path."""

    name: str
    files: Mapping[str, bytes]

    @property
    def version(self) -> str:
        """sha256 over paths and contents, in hexadecimal."""
        whole = hashlib.sha256()
        for path in sorted(self.files):
            whole.update(f"{path}\0{hashlib.sha256(self.files[path]).hexdigest()}\n".encode())
        return whole.hexdigest()

    @property
    def short_version(self) -> str:
        """What people read."""
        return self.version[:SHORT]

    def sources(self) -> list[str]:
        return sorted(path for path in self.files if path.endswith(SOURCES))

    def shown(self, path: str) -> str:
        """A file's name as issues write it."""
        return f"{self.name}/{path}" if self.name else path

    def to_zip(self) -> bytes:
        """The same bundle gives the same bytes."""
        blob = io.BytesIO()
        with zipfile.ZipFile(blob, "w", zipfile.ZIP_DEFLATED) as archive:
            for path in sorted(self.files):
                archive.writestr(zipfile.ZipInfo(path, _EPOCH), self.files[path], zipfile.ZIP_DEFLATED)
        return blob.getvalue()


def read_folder(folder: Path, report: Report) -> Bundle:
    """All files of a service that belong to a version. `folder`'s own path leads the names in issues."""
    name = folder.as_posix()
    files: dict[str, bytes] = {}
    bounds = _Bounds(name, report)
    try:
        for path in _walk(folder):
            relative = path.relative_to(folder).as_posix()
            if not bounds.admit(relative, path.stat().st_size):
                continue
            files[relative] = path.read_bytes()
    except OSError as error:
        report.add(
            "not-readable", Place(error.filename or name, 1, 1), error.strerror or "cannot be read", "check path and rights"
        )
    return Bundle(name, files)


def _walk(folder: Path) -> Iterator[Path]:
    """Files in order of their path. Raises OSError when the folder is not there."""
    if not folder.is_dir():
        raise FileNotFoundError(2, "no such folder", folder.as_posix())
    for here, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith((".", "__")))
        for name in sorted(names):
            path = Path(here) / name
            if name.endswith(KEPT) and not name.startswith(".") and not path.is_symlink() and path.is_file():
                yield path


def read_zip(blob: bytes, name: str, report: Report) -> Bundle:
    """A stored bundle."""
    files: dict[str, bytes] = {}
    bounds = _Bounds(name, report)
    try:
        with zipfile.ZipFile(io.BytesIO(blob)) as archive:
            for info in sorted(archive.infolist(), key=lambda each: each.filename):
                parts = info.filename.split("/")
                if info.is_dir() or not info.filename.endswith(KEPT) or any(part in ("", ".", "..") for part in parts):
                    continue
                if bounds.admit(info.filename, info.file_size):
                    files[info.filename] = archive.read(info)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, ValueError, OSError) as error:
        report.add("not-readable", Place(name, 1, 1), f"the stored bundle is damaged ({error})", "publish the service again")
    return Bundle(name, files)


class _Bounds:
    def __init__(self, name: str, report: Report) -> None:
        self.name = name
        self.report = report
        self.count = 0
        self.total = 0

    def admit(self, path: str, size: int) -> bool:
        """Whether one more file may be read; what may not is reported."""
        place = Place(f"{self.name}/{path}", 1, 1)
        self.count += 1
        self.total += size
        if self.count > MAX_FILES or self.total > MAX_TOTAL_BYTES:
            if self.count == MAX_FILES + 1 or self.total - size <= MAX_TOTAL_BYTES < self.total:
                self.report.add("too-many-files", place, "the folder holds too much for one service", "split the service")
            return False
        if size > MAX_FILE_BYTES:
            self.report.add("file-too-large", place, f"the file has {size // 1024} KB", "a menu file has a few KB")
            return False
        return True
