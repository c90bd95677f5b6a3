"""`ivr check`, `ivr schema`, `ivr graph`, `ivr handlers`, `ivr publish`, `ivr prompts`: for those who write menus."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress

from config.settings import load_settings
from handlers.catalogue import installed
from handlers.manifest import manifest_yaml
from ivr.language.check import check as check_menus
from ivr.language.codes import Severity
from ivr.language.graph import dialog_graph, service_graph
from ivr.language.json_schema import json_schema
from ivr.language.loading import load
from ivr.ports.synthesizer import SynthesisError
from ivr.runtime.clock import SystemClock
from ivr.server.commands.folders import service_folders
from ivr.server.commands.up import teller
from ivr.server.delivering import message_faults
from ivr.server.failing import Stop, stopping
from ivr.server.published import PublishedFlows
from ivr.server.publishing import publish_folder
from ivr.server.rendering import render_flow, render_net
from ivr.server.site import Site

out = Console(highlight=False, soft_wrap=True)

MENUS = Path("menus")


@stopping
def check(
    paths: Annotated[list[Path] | None, typer.Argument(help="services, folders of services, or files")] = None,
) -> None:
    """Report every fault in menu files as file:line:column, and judge the dialogue; exit status 1 when there are errors."""
    issues = check_menus(paths or [MENUS], SystemClock().now().date())
    for issue in issues:
        colour = "red" if issue.severity is Severity.ERROR else "yellow"
        out.print(f"[{colour}]{issue.severity.value}[/{colour}] ", end="")
        out.print(str(issue), markup=False)
    messages = [fault for folder in _services(paths or [MENUS]) for fault in message_faults(folder, ("fr", "en"))]
    for fault in messages:
        out.print("[red]error[/red] ", end="")
        out.print(fault, markup=False)
    errors = len(messages) + sum(issue.severity is Severity.ERROR for issue in issues)
    out.print(f"{errors} errors, {len(issues) + len(messages) - errors} warnings")
    if errors:
        raise typer.Exit(1)


def _services(paths: Sequence[Path]) -> list[Path]:
    """The folders of services among these, or just below them."""
    return [
        file.parent for path in paths for file in (path / "service.yaml", *sorted(path.glob("*/service.yaml"))) if file.exists()
    ]


@stopping
def schema() -> None:
    """Print the JSON Schema of menu files, for editors that complete and validate."""
    print(json.dumps(json_schema(), ensure_ascii=False, indent=2))


@stopping
def graph(
    folder: Annotated[Path, typer.Argument(help="a service's folder")] = MENUS / "france-emploi",
    dialog: Annotated[str, typer.Option(help="the steps of this dialog, instead of the whole service")] = "",
) -> None:
    """Print the map of a service, or of one dialog, as a Mermaid flowchart."""
    loaded = load(folder)
    if loaded.flow is None:
        raise Stop("\n".join([f"{folder} has errors:", *(str(issue) for issue in loaded.issues)]))
    if dialog and dialog not in loaded.flow.dialogs:
        raise Stop(f"{folder} has no dialog {dialog!r}; it has {', '.join(loaded.flow.dialogs)}")
    print(dialog_graph(loaded.flow, dialog) if dialog else service_graph(loaded.flow), end="")


@stopping
def handlers(path: Annotated[Path | None, typer.Option("--write", help="write it to this file")] = None) -> None:
    """Print what the installed handlers declare, as the handlers.yaml of a service."""
    text = manifest_yaml(installed())
    if path is None:
        out.print(text, markup=False, end="")
    else:
        path.write_text(text, encoding="utf-8")


@stopping
def publish(folders: Annotated[list[Path] | None, typer.Argument(help="services' folders")] = None) -> None:
    """Check services and let them answer; calls in progress keep the version they began with."""
    site = Site(load_settings())
    for folder in folders or service_folders(site.settings.menus_dir):
        flow = publish_folder(site, folder)
        out.print(f"{flow.service} version {flow.version[:12]} answers {', '.join(flow.numbers)}", markup=False)


@stopping
def prompts() -> None:
    """Make the prompts of what is published, and the sentences of the dialplan's net."""
    site = Site(load_settings())
    flows = PublishedFlows(site.versions, site.learn)
    flows.refresh()
    try:
        render_net(site.settings.prompts_dir / "net", site.synthesizer)
    except SynthesisError as error:
        raise Stop(str(error)) from None
    with Progress(console=out) as progress:
        for flow in flows.answering:
            failed = render_flow(flow, site.synthesizer, teller(progress, progress.add_task(flow.service, total=None)))
            if failed:
                raise Stop(f"{failed} prompts of {flow.service} could not be made")
