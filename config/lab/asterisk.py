"""Starts, speaks to and stops private Asterisks, each in a folder of its own. Rule: an instance sees the lab's tree and
the folders it was given, under their own absolute paths, in a mount namespace of its own: nothing stays mounted after it."""

import fcntl
import json
import os
import shutil
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from config.lab import registry
from config.lab.base_config import base_config
from config.lab.ports import Ports, choose_ports
from config.lab.processes import ProcessId, end, identify, is_alive, wait_until_gone
from config.lab.tree import Tree, find_tree

# $1 is the tree, $2 asterisk.conf, the rest folders to show. Ends as Asterisk itself: the process number stays the same.
_ENTER = """
set -e
cd /
# What is mounted from here on stays in here; where / is no mount point (a chroot) nothing may be shared to begin with.
mount --make-rprivate / 2>/dev/null || ! grep -q ' shared:' /proc/self/mountinfo
tree=$1 conf=$2; shift 2
mount -t tmpfs tmpfs "$tree/tmp"
for folder; do mkdir -p "$tree$folder"; mount --bind "$folder" "$tree$folder"; done
mount -t proc proc "$tree/proc"
mount -t tmpfs tmpfs "$tree/run"
mkdir "$tree/run/guichet"
ulimit -n "$(ulimit -Hn)"
exec chroot "$tree" /usr/sbin/asterisk -f -C "$conf"
"""
_FOLDERS = ("etc", "lib/keys", "spool", "log", "cache")
# Speech is real time and what runs beside it is not; where priorities may not be raised, `nice` runs the rest all the same.
PROMPTLY = ("nice", "-n", "-10")
_RELOADS = {
    "extensions": "dialplan reload",
    "pjsip": "module reload res_pjsip.so",
    "queues": "module reload app_queue.so",
    "manager": "manager reload",
    "musiconhold": "moh reload",
    "logger": "logger reload",
}


class AsteriskFailed(Exception):
    """Asterisk did not start, or does not answer; the message ends with its last words."""


@dataclass(frozen=True)
class Asterisk:
    """One running Asterisk. ``folder`` is its home, seen under the same path from inside."""

    folder: Path
    ports: Ports
    process: ProcessId

    @property
    def log(self) -> Path:
        """Asterisk's own log (notice and above unless logger.conf was replaced)."""
        return self.folder / "log" / "messages.log"

    @property
    def running(self) -> bool:
        """Whether it still runs."""
        return is_alive(self.process)

    def rx(self, command: str, timeout_s: float = 20.0) -> str:
        """What Asterisk's command line answers; raises AsteriskFailed."""
        inside = ["nsenter", f"--target={self.process.pid}", "--mount", "--root", "--wd=/"]
        line = [*inside, "/usr/sbin/asterisk", "-C", f"{self.folder}/etc/asterisk.conf", "-rx", command]
        try:
            done = subprocess.run(line, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=timeout_s, check=False)
        except subprocess.TimeoutExpired as slow:
            raise AsteriskFailed(f"'{command}' was not answered within {timeout_s} s") from slow
        if done.returncode:
            raise AsteriskFailed(f"'{command}': {(done.stderr or done.stdout).strip()}")
        return done.stdout

    def extend(self, name: str, text: str) -> None:
        """Adds or replaces one configuration file (as ``extensions.d/x.conf``) and reloads what reads it."""
        with (self.folder / "reload.lock").open("w") as turn:
            # Asterisk refuses a reload while another one goes on.
            fcntl.flock(turn, fcntl.LOCK_EX)
            write_config(self.folder / "etc", {name: text})
            self.rx(_RELOADS[name.split(".")[0]])

    def stop(self, patience_s: float = 5.0) -> None:
        """Ends this instance and waits until it is gone."""
        end(self.process, patience_s)
        registry.forget(self.process)


def start(
    folder: Path,
    files: Mapping[str, str] | None = None,
    *,
    ports: Ports | None = None,
    shared: Sequence[Path] = (),
    owner: ProcessId | None = None,
    timeout_s: float = 30.0,
) -> Asterisk:
    """Starts an Asterisk that lives in ``folder`` and waits until it is fully booted.

    ``files`` are laid over the base configuration by name; ``shared`` folders are seen under their own path; ``owner`` is the
    process that it shall not outlive (this one, unless told). Raises LabUnavailable, AsteriskFailed.
    """
    tree = find_tree()
    folder = folder.absolute()
    ports = ports or choose_ports()
    registry.sweep(folder)
    _lay_out(folder, {**base_config(folder, tree.modules, ports), **(files or {})})
    process = _launch(tree, folder, [folder, *(path.absolute() for path in shared)])
    asterisk = Asterisk(folder, ports, process)
    registry.remember(process, owner or this_process(), folder)
    try:
        _wait_until_booted(asterisk, timeout_s)
    except AsteriskFailed:
        asterisk.stop()
        raise
    note = {"ports": asdict(ports), "process": asdict(process)}
    (folder / "instance.json").write_text(json.dumps(note), encoding="utf-8")
    return asterisk


def attach(folder: Path) -> Asterisk | None:
    """The Asterisk that runs in ``folder``, whoever started it; None when there is none."""
    try:
        note = json.loads((folder.absolute() / "instance.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    asterisk = Asterisk(folder.absolute(), Ports(**note["ports"]), ProcessId(**note["process"]))
    return asterisk if asterisk.running else None


def this_process() -> ProcessId:
    """The process that runs this."""
    me = identify(os.getpid())
    if me is None:
        raise RuntimeError("/proc does not show this process")
    return me


def write_config(etc: Path, files: Mapping[str, str]) -> None:
    """Writes configuration files, making their folders; a reader never sees half of one."""
    for name, text in files.items():
        file = etc / name
        file.parent.mkdir(parents=True, exist_ok=True)
        fresh = file.with_name(f".{file.name}.new")
        fresh.write_text(text, encoding="utf-8")
        fresh.replace(file)


def _lay_out(folder: Path, files: Mapping[str, str]) -> None:
    shutil.rmtree(folder / "etc", ignore_errors=True)
    for name in _FOLDERS:
        (folder / name).mkdir(parents=True, exist_ok=True)
    write_config(folder / "etc", files)


def _launch(tree: Tree, folder: Path, shown: Sequence[Path]) -> ProcessId:
    arguments = [str(tree.root), f"{folder}/etc/asterisk.conf", *map(str, shown)]
    line = [*PROMPTLY, "unshare", "--mount", "--propagation", "unchanged", "sh", "-c", _ENTER, "sh", *arguments]
    to_console = (os.POSIX_SPAWN_OPEN, 1, f"{folder}/log/console.log", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
    plumbing = [(os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0), to_console, (os.POSIX_SPAWN_DUP2, 1, 2)]
    process = identify(os.posix_spawnp(line[0], line, os.environ, file_actions=plumbing, setsid=True))
    if process is None:
        raise AsteriskFailed(_last_words(folder))
    return process


def _wait_until_booted(asterisk: Asterisk, timeout_s: float) -> None:
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        if not asterisk.running:
            break
        try:
            if "fully booted" in asterisk.rx("core waitfullybooted", timeout_s):
                return
        except AsteriskFailed:
            wait_until_gone(asterisk.process, 0.05)
    raise AsteriskFailed(f"Asterisk did not boot within {timeout_s} s: {_last_words(asterisk.folder)}")


def _last_words(folder: Path) -> str:
    lines: list[str] = []
    for name in ("console.log", "messages.log"):
        file = folder / "log" / name
        lines += file.read_text(encoding="utf-8", errors="replace").splitlines()[-10:] if file.exists() else []
    return "\n".join(lines)
