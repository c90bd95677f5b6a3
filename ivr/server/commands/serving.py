"""`ivr serve`, `ivr watch`, `ivr doctor`, `ivr asterisk-config`, `ivr db`: for those who run Guichet."""

import sys
import threading
from pathlib import Path
from typing import Annotated

import structlog
import typer
from rich.console import Console

from config.settings import Settings, load_settings
from ivr.engine.prompts import Prompt, Text
from ivr.ports.flows import UnknownFlow
from ivr.ports.synthesizer import SynthesisError
from ivr.ports.unit_of_work import StorageError
from ivr.records.schema import upgrade as upgrade_schema
from ivr.server.asterisk_plan import plan, write
from ivr.server.commands.folders import service_folders
from ivr.server.failing import Stop, stopping
from ivr.server.published import PublishedFlows
from ivr.server.publishing import publish_folder
from ivr.server.serving import Serving
from ivr.server.site import Site
from telephony.ami import AmiSettings
from telephony.dialplan.render import render
from telephony.dialplan.settings import BadSetting
from telephony.doctor import DoctorSettings, Finding, examine
from telephony.watch import WatchSettings, keep_systemd_told, notify
from telephony.watch import watch as watch_engine

out = Console(highlight=False, soft_wrap=True)
log = structlog.get_logger(__name__)


@stopping
def serve(dev: Annotated[bool, typer.Option("--dev", help="publish the menus on disk at start")] = False) -> None:
    """Answer calls: the process that Asterisk talks to."""
    site = Site(load_settings())
    settings = site.settings
    if dev:
        upgrade_schema(settings.guichet_database)
        for folder in service_folders(settings.menus_dir):
            publish_folder(site, folder)
    serving = Serving(site)
    stop = threading.Event()
    keep_systemd_told(WatchSettings(settings.agi_host, settings.agi_port), stop)
    notify("READY=1")
    try:
        serving.run()
    finally:
        stop.set()
        notify("STOPPING=1")


@stopping
def watch() -> None:
    """Run `ivr serve` and restart it when it misses two heartbeats."""
    settings = load_settings()
    command = [sys.executable, "-m", "ivr.server", "serve"]
    watch_engine(WatchSettings(settings.agi_host, settings.agi_port), command, threading.Event())


@stopping
def asterisk_config(
    folder: Annotated[Path, typer.Argument(help="where to write the files; they are for /etc/asterisk")],
    softphone_secret: Annotated[str, typer.Option(help="make an account 'softphone' with this secret")] = "",
) -> None:
    """Write Asterisk's configuration: dialplan, queues, manager, logger, PJSIP."""
    site = Site(load_settings())
    flows = PublishedFlows(site.versions)
    flows.refresh()
    if not flows.answering:
        raise Stop("no service is published; 'ivr publish menus/SERVICE' publishes one")
    try:
        files = render(plan(site.settings, flows.answering, softphone_secret))
    except BadSetting as error:
        raise Stop(str(error)) from None
    write(folder, files)
    for name in files:
        out.print(f"wrote {folder / name}", markup=False)


@stopping
def doctor() -> None:
    """Check the deployment from end to end, and say how to mend what is wrong."""
    settings = load_settings()
    site = Site(settings)
    findings = [_database(site), *_services(site), *_voices(site), _prompts(settings), _information(site)]
    ami = AmiSettings(settings.ami_host, settings.ami_port, settings.ami_user, settings.ami_secret)
    findings += examine(DoctorSettings(ami, agi_host=settings.agi_host, agi_port=settings.agi_port))
    for finding in findings:
        sign = "[green]ok  [/green]" if finding.ok else "[red]BAD [/red]"
        out.print(f"{sign} {finding.name}: {finding.what}" + (f"\n      → {finding.remedy}" if finding.remedy else ""))
    if not all(finding.ok for finding in findings):
        raise typer.Exit(1)


def _database(site: Site) -> Finding:
    try:
        published = site.versions.published()
    except StorageError as error:
        return Finding("database", False, str(error), "make it with 'ivr db upgrade', or mend GUICHET_DATABASE_URL")
    return Finding("database", True, f"{len(published)} services published")


def _services(site: Site) -> list[Finding]:
    flows = PublishedFlows(site.versions)
    try:
        flows.refresh()
    except (StorageError, UnknownFlow) as error:
        return [Finding("services", False, str(error), "publish the service again: 'ivr publish menus/SERVICE'")]
    if not flows.answering:
        return [Finding("services", False, "no service is published", "publish one: 'ivr publish menus/SERVICE'")]
    return [Finding("service", True, f"{flow.service} answers {', '.join(flow.numbers)}") for flow in flows.answering]


def _voices(site: Site) -> list[Finding]:
    findings = []
    for language, text in (("fr", "Bonjour."), ("en", "Hello.")):
        try:
            audio = site.synthesizer.audio(Prompt((Text(text),), language), 5_000)
        except SynthesisError as error:
            findings.append(Finding(f"voice {language}", False, str(error), "install again: 'make setup'"))
        else:
            findings.append(Finding(f"voice {language}", True, f"speaks ({audio.duration_ms} ms)"))
    return findings


def _prompts(settings: Settings) -> Finding:
    net = settings.prompts_dir / "net" / "trouble-fr.wav"
    if not net.exists():
        return Finding("net's sentences", False, f"{net} is missing", "render them: 'ivr prompts'")
    if not net.stat().st_mode & 0o004:
        return Finding("net's sentences", False, f"{net} cannot be read by Asterisk", f"chmod o+r {net}")
    return Finding("net's sentences", True, f"in {net.parent}")


def _information(site: Site) -> Finding:
    try:
        site.information.probe()
    except Exception as error:
        name = site.settings.information_system_url or "the demo database"
        return Finding("information system", False, f"{name}: {error}", "start it, or mend GUICHET_INFORMATION_SYSTEM_URL")
    return Finding("information system", True, "answers")
