"""Remembers which private Asterisks run and for whom, so that those of a crashed owner are ended by the next start.
Rule: one small file an instance, named after its process; nothing that is not in the registry is ever signalled."""

import json
from collections.abc import Iterator
from pathlib import Path

from config.lab.processes import ProcessId, end, is_alive
from config.lab.tree import lab_folder


def _shelf() -> Path:
    shelf = lab_folder() / "instances"
    shelf.mkdir(parents=True, exist_ok=True)
    return shelf


def remember(process: ProcessId, owner: ProcessId, folder: Path) -> None:
    """Notes that ``process`` runs the instance in ``folder`` and shall not outlive ``owner``."""
    entry = {"pid": process.pid, "started": process.started, "owner": owner.pid, "owner_started": owner.started}
    file = _shelf() / f"{process.pid}.json"
    fresh = file.with_suffix(".new")
    fresh.write_text(json.dumps({**entry, "folder": str(folder)}), encoding="utf-8")
    fresh.replace(file)


def forget(process: ProcessId) -> None:
    """Takes the note away."""
    (_shelf() / f"{process.pid}.json").unlink(missing_ok=True)


def sweep(folder: Path | None = None) -> None:
    """Ends what outlived its owner, and whatever still runs in ``folder``."""
    for file, process, owner, place in _entries():
        if is_alive(process):
            if is_alive(owner) and place != folder:
                continue
            end(process)
        file.unlink(missing_ok=True)


def _entries() -> Iterator[tuple[Path, ProcessId, ProcessId, Path]]:
    for file in _shelf().glob("*.json"):
        try:
            entry = json.loads(file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            continue
        process = ProcessId(entry["pid"], entry["started"])
        yield file, process, ProcessId(entry["owner"], entry["owner_started"]), Path(entry["folder"])
