"""`ivr figures`: what a period's calls tell, and the calls behind each figure."""

import json
import sys
from dataclasses import asdict
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from config.settings import load_settings
from ivr.records.figures import OUTCOMES, Figures, Opened, figures
from ivr.server.failing import stopping
from ivr.server.moments import ZONE, moment
from ivr.server.site import Site

out = Console(highlight=False, soft_wrap=True, width=None if sys.stdout.isatty() else 120)

MOST = 100_000


@stopping
def show_figures(
    since: Annotated[str, typer.Option(help="a day (2026-11-01), or how long ago: 12h, 7d, 4w")] = "7d",
    service: Annotated[str, typer.Option(help="calls of this service only")] = "",
    opened: Annotated[bool, typer.Option("--calls", help="list the calls behind each figure")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="everything, for other programs")] = False,
) -> None:
    """Tell what calls came to: services completed, where callers leave, why they are transferred."""
    site = Site(load_settings())
    records = site.records.calls(moment(since, site.clock.now()), service or None, MOST)
    found = figures(((record, site.records.transcript(record.id)) for record in records), ZONE)
    if as_json:
        print(json.dumps(asdict(found), ensure_ascii=False))
        return
    _tell(found, opened)


def _tell(found: Figures, opened: bool) -> None:
    if not found.calls:
        out.print("no calls")
        return
    identified = f"{found.identified} identified, {found.repeats} repeated within 7 days"
    out.print(f"{found.calls} calls, {found.contained} without a transfer, {identified}")
    table = Table("service", "entered", *OUTCOMES, "completion", box=None, header_style="dim")
    for each in found.services:
        counts = [str(len(each.outcomes.get(outcome, ()))) for outcome in OUTCOMES]
        table.add_row(each.service, str(each.entered), *counts, f"{each.completion or 0:.0%}")
    out.print(table)
    for each in found.services:
        _list(f"{each.service}: abandoned at", each.abandoned_at, opened)
        _list(f"{each.service}: transferred for", each.transferred_for, opened)
        _list(f"{each.service}: failed for", each.failed_for, opened)
    _list("calls ended", found.outcomes, opened)
    _list("transfers by reason", found.transfers, opened)
    _list("transfers by hour", found.transfers_by_hour, opened)
    _list("asked again", found.asked_again, opened)
    _list("did this answer suit you", found.suited, opened)
    _list("ratings", found.ratings, opened)
    _list("milestones", found.milestones, opened)
    _list("variants", found.variants, opened)


def _list(title: str, counted: Opened, opened: bool) -> None:
    if not counted:
        return
    out.print(title, style="dim", markup=False)
    for what, calls in counted.items():
        out.print(f"  {len(calls):6}  {what}", markup=False)
        if opened:
            out.print("          " + " ".join(dict.fromkeys(calls)), markup=False)
