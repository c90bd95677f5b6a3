"""`ivr calls`, `ivr show`, `ivr replay`, `ivr purge`: what happened, again, and for how long it is kept."""

import datetime as dt
import json
import sys
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Column, Table

from config.settings import load_settings
from ivr.engine.codec import encode
from ivr.engine.engine import begin, resume
from ivr.engine.session import Turn
from ivr.records.retention import purge as purge_records
from ivr.server.failing import Stop, stopping
from ivr.server.moments import ZONE, moment
from ivr.server.published import PublishedFlows
from ivr.server.site import Site
from ivr.server.telling import told

out = Console(highlight=False, soft_wrap=True, width=None if sys.stdout.isatty() else 120)


@stopping
def calls(
    since: Annotated[str, typer.Option(help="a day (2026-11-23), or how long ago: 12h, 7d, 4w")] = "24h",
    service: Annotated[str | None, typer.Option()] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000)] = 50,
) -> None:
    """List the latest calls."""
    site = Site(load_settings())
    table = Table(Column("call", no_wrap=True, overflow="fold"), *("began", "ended", "turns", "reason", "service"), box=None)
    for call in site.records.calls(moment(since, site.clock.now()), service, limit):
        ended = f"{call.outcome or '-'}{', identified' if call.verified else ''}"
        began = f"{call.started_at.astimezone(ZONE):%d/%m %H:%M:%S}"
        table.add_row(call.id, began, ended, str(call.turns), call.reason or "-", f"{call.service} {call.language}")
    out.print(table)


def _transcript(site: Site, call: str) -> list[Turn]:
    turns = site.records.transcript(call)
    if not turns:
        raise Stop(f"no call {call!r} is known; 'ivr calls' lists them")
    return turns


@stopping
def show(call: str, clear: Annotated[bool, typer.Option(help="do not mask values")] = False) -> None:
    """Show a call turn by turn."""
    for turn in _transcript(Site(load_settings()), call):
        for line in told(turn, clear):
            out.print(line, markup=False)


@stopping
def replay(call: str) -> None:
    """Run a call's events through its version again: the turns must be the same."""
    site = Site(load_settings())
    turns = _transcript(site, call)
    flow = PublishedFlows(site.versions).version(turns[0].session.flow)
    again = begin(flow, turns[0].session.call)
    for number, turn in enumerate(turns):
        if number:
            if turn.event is None:
                raise Stop(f"turn {turn.number} has no event: the journal is damaged")
            again = resume(flow, again.session, turn.event)
        if encode(again) != encode(turn):
            raise Stop(f"turn {turn.number} differs:\n  {_difference(turn, again)}")
    out.print(f"{len(turns)} turns, all the same")


def _difference(was: Turn, now: Turn) -> str:
    before, after = encode(was), encode(now)
    if not isinstance(before, dict) or not isinstance(after, dict):
        return ""
    different = [name for name in before if before.get(name) != after.get(name)]
    return "; ".join(f"{name}: {_short(before.get(name))} was, {_short(after.get(name))} is" for name in different)


def _short(form: object) -> str:
    text = json.dumps(form, ensure_ascii=False)
    return text if len(text) <= 300 else f"{text[:300]}…"


@stopping
def purge(
    older_than: Annotated[int | None, typer.Option(help="days; the default is the retention of the settings", min=0)] = None,
) -> None:
    """Delete calls, recordings and attempts that are older than they may be kept."""
    site = Site(load_settings())
    settings = site.settings
    keep = dt.timedelta(days=settings.retention_days if older_than is None else older_than)

    def remove(name: str) -> None:
        path = (settings.recordings_dir / name).resolve()
        if path.is_relative_to(settings.recordings_dir.resolve()):
            path.unlink(missing_ok=True)

    gone = purge_records(site.database, settings.journal_dir, site.clock.now(), keep, remove)
    prompts = site.synthesizer.purge(settings.prompts_mb * 1_000_000)
    out.print(
        f"deleted {gone.calls} calls, {gone.turns} turns, {gone.recordings} recordings, {gone.callbacks} callbacks, "
        f"{gone.attempts} attempts, {gone.files} journal files, "
        f"{gone.deliveries} deliveries, {gone.requests} requests, {gone.drafts} drafts, {gone.codes} codes, {prompts} prompts"
    )
