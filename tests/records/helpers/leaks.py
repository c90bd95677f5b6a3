"""Looks for secrets where none may be."""

import sqlite3
from collections.abc import Iterable
from pathlib import Path


def grep_secrets(values: Iterable[str], paths: Iterable[Path]) -> list[str]:
    """Where a value occurs, as `path: value`, in files, in everything below folders, and in every column of SQLite tables.

    Digits are also looked for with the separators that people and logs put between them.
    """
    wanted = [(value, form) for value in values for form in _forms(value)]
    found = []
    for file in _files(paths):
        content = file.read_bytes()
        found += [f"{file}: {value}" for value, form in wanted if form in content]
        if content.startswith(b"SQLite format 3"):
            found += [f"{file} {place}: {value}" for place, cell in _cells(file) for value, form in wanted if form in cell]
    return sorted(set(found))


def _forms(value: str) -> set[bytes]:
    spaced = {separator.join(value) for separator in ("", " ", "-", ".", ",", ", ", "', '", '","', '", "')}
    return {text.encode(encoding) for text in spaced for encoding in ("utf-8", "utf-16-le")}


def _files(paths: Iterable[Path]) -> list[Path]:
    return [file for path in paths for file in (sorted(path.rglob("*")) if path.is_dir() else [path]) if file.is_file()]


def _cells(file: Path) -> Iterable[tuple[str, bytes]]:
    """Rows that are in the write-ahead log still are seen through the database only."""
    connection = sqlite3.connect(f"file:{file}?mode=ro", uri=True)
    try:
        tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for table in tables:
            cursor = connection.execute(f'SELECT * FROM "{table}"')
            columns = [column[0] for column in cursor.description]
            for row in cursor:
                for column, cell in zip(columns, row, strict=True):
                    yield f"{table}.{column}", cell if isinstance(cell, bytes) else str(cell).encode("utf-8", "surrogatepass")
    finally:
        connection.close()
