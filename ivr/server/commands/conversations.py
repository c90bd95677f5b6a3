"""`ivr test`: the conversations of services, run without a telephone, and what of the service they come to."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from ivr.engine.flow import Flow
from ivr.language.conversation_file import Conversation
from ivr.language.conversation_update import updated
from ivr.language.conversations import Ran, run
from ivr.language.coverage import Coverage, coverage
from ivr.language.loading import Loaded, load
from ivr.runtime.clock import SystemClock
from ivr.server.commands.folders import service_folders
from ivr.server.failing import Stop, stopping
from ivr.server.staging import Staging

out = Console(highlight=False, soft_wrap=True)


@stopping
def conversations(
    paths: Annotated[list[Path] | None, typer.Argument(help="services, folders of services, or conversation files")] = None,
    update: Annotated[bool, typer.Option("--update", help="write what is heard and how it ends into the files")] = False,
    missed: Annotated[bool, typer.Option("--missed", help="list the steps and choices that no conversation comes to")] = False,
) -> None:
    """Run conversations and compare what is heard with the files; exit status 1 when one differs."""
    failed = 0
    with Staging() as staging:
        for folder, only in _asked(paths or [Path("menus")]).items():
            loaded = load(folder, SystemClock().now().date())
            if loaded.flow is None:
                raise Stop("\n".join([f"{folder} has errors:", *(str(issue) for issue in loaded.issues)]))
            failed += _service(loaded, loaded.flow, only, staging, update, missed)
    if failed:
        raise typer.Exit(1)


def _asked(paths: Sequence[Path]) -> dict[Path, list[Path]]:
    """The services, each with the conversation files that are asked for (none: all). Raises Stop."""
    found: dict[Path, list[Path]] = {}
    for path in paths:
        if path.is_file():
            folder = next((parent for parent in path.resolve().parents if (parent / "service.yaml").exists()), None)
            if folder is None:
                raise Stop(f"{path} belongs to no service: no service.yaml above it")
            found.setdefault(folder, []).append(path.resolve())
        elif path.is_dir():
            for folder in [path] if (path / "service.yaml").exists() else service_folders(path):
                found.setdefault(folder, [])
        else:
            raise Stop(f"{path} does not exist")
    return found


def _service(loaded: Loaded, flow: Flow, only: Sequence[Path], staging: Staging, update: bool, missed: bool) -> int:
    """Run them; how many differ."""
    conversations = [each for each in loaded.conversations if not only or _path(each) in only]
    if not conversations:
        out.print(f"{flow.service}: no conversations", markup=False)
        return 0
    stage = staging.stage(flow, dict(loaded.handlers), loaded.bundle.files)
    ran: list[Ran] = []
    with Progress(console=out, transient=True) as progress:
        for conversation in progress.track(conversations, description=f"{flow.service}: conversations"):
            ran.append(run(conversation, stage))
    written = _update(ran) if update else 0
    failed = [each for each in ran if not each.passed]
    for issue in (issue for each in failed for issue in each.issues):
        out.print(str(issue), markup=False)
    told = f", {written} files written" if update else f", {len(failed)} differ" if failed else ""
    out.print(f"{flow.service}: {len(ran) - len(failed)} of {len(ran)} conversations as they are written{told}", markup=False)
    if not only:
        _coverage(coverage(flow, (turn for each in ran for turn in each.turns)), missed)
    return 0 if update else len(failed)


def _path(conversation: Conversation) -> Path:
    return Path(conversation.place.file).resolve()


def _update(ran: Sequence[Ran]) -> int:
    """Write the files that differ; how many."""
    count = 0
    for each in ran:
        path = _path(each.conversation)
        source = path.read_text(encoding="utf-8")
        text = updated(source, each)
        if text != source:
            path.write_text(text, encoding="utf-8")
            count += 1
    return count


def _coverage(dialogs: Sequence[Coverage], missed: bool) -> None:
    table = Table("dialog", "steps", "choices", box=None, header_style="dim")
    for each in dialogs:
        table.add_row(each.dialog, f"{each.visited}/{each.steps}", f"{each.taken}/{each.choices}" if each.choices else "-")
    out.print(table)
    if missed:
        for each in dialogs:
            for place in each.missed:
                out.print(f"{place.file}:{place.line}:{place.column}: no conversation comes to this step", markup=False)
            for place, choice in each.missed_choices:
                out.print(f"{place.file}:{place.line}:{place.column}: nobody takes '{choice}'", markup=False)
