"""`ivr up`: everything on this machine, from an empty folder to a number that answers."""

import os
import secrets
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress, TaskID

from config.lab import asterisk as lab
from config.lab.ports import Ports, choose_ports, free_ports
from config.lab.tree import LabUnavailable
from config.settings import RUNNING, Settings, load_settings
from handlers.demo.filling import fill
from ivr.engine.flow import Flow
from ivr.records.schema import upgrade
from ivr.server.asterisk_plan import SOFTPHONE, plan
from ivr.server.commands.folders import service_folders
from ivr.server.failing import stopping
from ivr.server.publishing import publish_folder
from ivr.server.rendering import render_flow, render_net
from ivr.server.site import Site
from telephony.dialplan.render import render
from telephony.watch import WatchSettings, watch

out = Console(highlight=False, soft_wrap=True)

PEOPLE = 300
SEED = 3949


@stopping
def up(
    lab_asterisk: Annotated[bool, typer.Option("--asterisk/--no-asterisk", help="start the private Asterisk of the lab")] = True,
) -> None:
    """Prepare databases, prompts and Asterisk, start everything, and stay until Ctrl-C."""
    settings = _prepared_settings(load_settings(), lab_asterisk)
    site = Site(settings)
    flows = prepare(site)
    asterisk = _start_asterisk(settings, flows) if lab_asterisk else None
    stop = threading.Event()
    for signum in (signal.SIGTERM, signal.SIGINT):
        signal.signal(signum, lambda *_: stop.set())
    _tell(settings, flows, asterisk)
    try:
        watch(WatchSettings(settings.agi_host, settings.agi_port), [sys.executable, "-m", "ivr.server", "serve"], stop, 10_000)
    finally:
        if asterisk is not None:
            asterisk.stop()
        (settings.root / RUNNING).unlink(missing_ok=True)
        out.print("stopped")


def _prepared_settings(settings: Settings, with_asterisk: bool) -> Settings:
    """Ports that are free, and secrets, written where the other commands find them."""
    settings.root.mkdir(parents=True, exist_ok=True)
    ports = choose_ports() if with_asterisk else Ports(settings.sip_port, settings.ami_port)
    agi = free_ports(1)[0]
    values = {
        "AGI_PORT": str(agi),
        "SIP_PORT": str(ports.sip),
        "AMI_PORT": str(ports.manager),
        "AMI_SECRET": settings.ami_secret or secrets.token_urlsafe(18),
    }
    path = settings.root / RUNNING
    path.touch(mode=0o600)
    path.write_text("".join(f"GUICHET_{name}={value}\n" for name, value in values.items()), encoding="utf-8")
    os.environ.setdefault("GUICHET_DATA_DIR", str(settings.root))
    return load_settings()


def prepare(site: Site) -> list[Flow]:
    """Databases, demo people, published services, prompts. Raises Stop when a service has faults."""
    settings = site.settings
    for folder in (settings.journal_dir, settings.prompts_dir, settings.recordings_dir, settings.callbacks_dir):
        folder.mkdir(parents=True, exist_ok=True)
    upgrade(settings.guichet_database)
    if not settings.information_system_url:
        people = fill(settings.demo_database, SEED, site.clock.now().date(), PEOPLE)
        out.print(f"demo information system: {people} invented people")
    flows = [publish_folder(site, folder) for folder in service_folders(settings.menus_dir)]
    _render(site, flows)
    return flows


def _render(site: Site, flows: Sequence[Flow]) -> None:
    render_net(site.settings.prompts_dir / "net", site.synthesizer)
    with Progress(console=out, transient=not out.is_terminal) as progress:
        for flow in flows:
            task = progress.add_task(f"prompts of {flow.service}", total=None)
            render_flow(flow, site.synthesizer, teller(progress, task))


def teller(progress: Progress, task: TaskID) -> Callable[[int, int], None]:
    """Moves a bar: how many are done, of how many."""
    return lambda done, total: progress.update(task, completed=done, total=total)


def _start_asterisk(settings: Settings, flows: Sequence[Flow]) -> lab.Asterisk | None:
    secret = softphone_secret(settings)
    files = render(plan(settings, flows, secret))
    ports = Ports(settings.sip_port, settings.ami_port)
    for folder in (settings.recordings_dir, settings.callbacks_dir):
        folder.chmod(0o777)  # Asterisk records here under a user of its own
    out.print("starting Asterisk")
    try:
        return lab.start(settings.asterisk_dir, files, ports=ports, shared=[settings.root])
    except (LabUnavailable, lab.AsteriskFailed) as error:
        out.print(f"Asterisk could not be started: {error}", markup=False)
        return None


def softphone_secret(settings: Settings) -> str:
    """The softphone's secret, made once."""
    path = settings.root / "softphone.secret"
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(9), encoding="ascii")
    return path.read_text(encoding="ascii").strip()


def _tell(settings: Settings, flows: Sequence[Flow], asterisk: lab.Asterisk | None) -> None:
    numbers = [number for flow in flows for number in flow.numbers]
    first = numbers[0] if numbers else "NUMBER"
    out.print("\nGuichet is up. Ctrl-C stops it.\n")
    if asterisk is not None:
        out.print(f"  a real call through Asterisk, from another terminal:   .venv/bin/ivr call {first}")
        where = f"{settings.sip_host}:{settings.sip_port}"
        out.print(f"  a softphone: account {SOFTPHONE}, secret {softphone_secret(settings)}, server {where} (UDP); dial {first}")
    else:
        out.print("  without Asterisk there are no phone calls")
    out.print(f"  the same service in this terminal:                     .venv/bin/ivr talk {first}")
    out.print("  what happened in calls:                                .venv/bin/ivr calls")
    out.print("  invented callers: identifier 10000000014, code 271828 (docs/integrators.md has more)\n")
