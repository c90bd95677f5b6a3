"""Where services lie on disk."""

from pathlib import Path

from ivr.server.failing import Stop


def service_folders(menus: Path) -> list[Path]:
    """The services of a menus folder. Raises Stop when there is none."""
    folders = sorted(path.parent for path in menus.glob("*/service.yaml"))
    if not folders:
        raise Stop(f"no service in {menus}: a service is a folder with a service.yaml")
    return folders
