"""`ivr outbox`, `ivr callbacks`, `ivr deliver`: what was promised to callers, and what became of it."""

import signal
import sys
import threading
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Column, Table

from config.settings import load_settings
from ivr.records.callbacks import Callbacks
from ivr.records.outbox_desk import OutboxDesk
from ivr.server.delivering import deliverer
from ivr.server.failing import Stop, stopping
from ivr.server.moments import ZONE
from ivr.server.site import Site
from ivr.server.spool import take_in

out = Console(highlight=False, soft_wrap=True, width=None if sys.stdout.isatty() else 120)

DRAIN_MS = 60_000


@stopping
def outbox(
    status: Annotated[str, typer.Option(help="only those: waiting, delivering, done, failed (parked)")] = "",
    again: Annotated[int, typer.Option(help="try this parked item once more")] = 0,
    limit: Annotated[int, typer.Option(min=1, max=10_000)] = 30,
) -> None:
    """Show what waits to leave, what was parked and why; never what messages say or to whom."""
    site = Site(load_settings())
    desk = OutboxDesk(site.database, site.clock)
    if again:
        if not desk.requeue(again):
            raise Stop(f"{again} is not parked; 'ivr outbox --status failed' lists what is")
        out.print(f"{again} is tried again")
        return
    for count in desk.counts():
        out.print(
            f"{count.number:6}  {count.kind} {count.status}, since {count.oldest.astimezone(ZONE):%d/%m %H:%M}", markup=False
        )
    table = Table(Column("item", no_wrap=True), "kind", "status", "tries", "next or settled", "why", box=None, header_style="dim")
    for each in desk.entries(status or None, limit=limit):
        at = each.settled_at or each.next_at
        row = (str(each.id), each.kind, each.status, str(each.attempts), f"{at.astimezone(ZONE):%d/%m %H:%M:%S}")
        table.add_row(*row, each.last_error or each.receipt or "-")
    out.print(table)


@stopping
def callbacks(
    done: Annotated[int, typer.Option(help="this one was called back: its number is erased")] = 0,
    limit: Annotated[int, typer.Option(min=1, max=10_000)] = 50,
) -> None:
    """List who waits to be called back, the longest waiting first, with messages left while Guichet was away."""
    site = Site(load_settings())
    waiting = Callbacks(site.database, site.site_key)
    take_in(site.settings.callbacks_dir, waiting)
    if done:
        if not waiting.done(done, site.clock.now()):
            raise Stop(f"nobody waits as {done}; 'ivr callbacks' lists who does")
        out.print(f"{done} was called back")
        return
    table = Table(
        Column("id", no_wrap=True), "since", "number", "reason", Column("call", no_wrap=True), box=None, header_style="dim"
    )
    for each in waiting.waiting(limit):
        at = f"{each.at.astimezone(ZONE):%d/%m %H:%M}"
        table.add_row(str(each.id), at, each.number or "withheld", each.reason or "-", each.call_id)
    out.print(table)
    out.print(f"{waiting.count()} wait")


@stopping
def deliver() -> None:
    """Deliver messages and callbacks until stopped: for a process beside `ivr serve` (GUICHET_DELIVER=false there)."""
    worker = deliverer(Site(load_settings()))
    stop = threading.Event()
    for signum in (signal.SIGTERM, signal.SIGINT):
        signal.signal(signum, lambda *_: stop.set())
    worker.start()
    stop.wait()
    worker.stop(DRAIN_MS)
