"""`ivr check`: everything that is wrong or doubtful in services, files and conversations, in order of place."""

import datetime as dt
from collections.abc import Iterable
from pathlib import Path

from ivr.engine.flow import Place
from ivr.language.issues import Issue, Report, in_order
from ivr.language.loading import NO_DAY, SERVICE_FILE, load


def check(paths: Iterable[Path], today: dt.date = NO_DAY) -> list[Issue]:
    """The issues of services (folders with a service.yaml), folders of services, or single files of one.

    `today` is what review dates are held against.
    """
    found: dict[Issue, None] = {}
    for path in paths:
        folders = services(path)
        if not folders:
            report = Report()
            report.add(
                "no-service", Place(path.as_posix(), 1, 1), "there is no service here", "a service's folder has a service.yaml"
            )
            found.update(dict.fromkeys(report.sorted()))
        for folder in folders:
            issues = load(folder, today).issues
            name = path.as_posix()
            found.update(dict.fromkeys(issue for issue in issues if not path.is_file() or issue.place.file == name))
    return list(in_order(found))


def services(path: Path) -> list[Path]:
    """The service folders at or below a path, or the one that a file belongs to."""
    if path.is_file():
        return [folder for folder in (path.parent, *path.parents) if (folder / SERVICE_FILE).is_file()][:1]
    if (path / SERVICE_FILE).is_file():
        return [path]
    return sorted(each.parent for each in path.glob(f"*/{SERVICE_FILE}"))
