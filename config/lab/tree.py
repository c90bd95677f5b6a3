"""Finds the lab, the Debian tree that holds a private Asterisk. Rule: only looks; ``make lab`` builds."""

import os
from dataclasses import dataclass
from pathlib import Path


class LabUnavailable(Exception):
    """The private Asterisk cannot be had on this machine; the message says why and what to do."""


@dataclass(frozen=True)
class Tree:
    """The root of a Debian system in which ``asterisk`` is installed."""

    root: Path

    @property
    def modules(self) -> str:
        """Asterisk's module folder, as seen from inside the tree."""
        found = next(self.root.glob("usr/lib/*/asterisk/modules"))
        return f"/{found.relative_to(self.root)}"


def lab_folder() -> Path:
    """Where the lab is kept: GUICHET_LAB, else the user's cache folder."""
    named = os.environ.get("GUICHET_LAB")
    if named:
        return Path(named).absolute()
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(cache) / "guichet" / "lab"


def find_tree() -> Tree:
    """The lab that is built and may be entered; raises LabUnavailable."""
    root = lab_folder() / "system"
    if not (root / "etc" / "guichet-lab").is_file():
        raise LabUnavailable(f"there is no lab in {root.parent}; 'make lab' as root builds it")
    if os.geteuid() != 0:
        raise LabUnavailable(f"entering the lab in {root.parent} takes root")
    return Tree(root)
