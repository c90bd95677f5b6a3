"""`ivr db`: the databases."""

import typer
from rich.console import Console

from config.settings import load_settings
from handlers.demo.filling import fill
from ivr.records.schema import revision
from ivr.records.schema import upgrade as upgrade_schema
from ivr.runtime.clock import SystemClock
from ivr.server.commands.up import PEOPLE, SEED
from ivr.server.failing import stopping

app = typer.Typer(help="Make and migrate the databases.", no_args_is_help=True)
out = Console(highlight=False, soft_wrap=True)


@app.command()
@stopping
def upgrade() -> None:
    """Make Guichet's own database, or bring it to this release."""
    settings = load_settings()
    settings.root.mkdir(parents=True, exist_ok=True)
    upgrade_schema(settings.guichet_database)
    out.print(f"at revision {revision(settings.guichet_database)[0]}", markup=False)


@app.command()
@stopping
def demo() -> None:
    """Fill the demo information system with invented people, anew."""
    settings = load_settings()
    settings.root.mkdir(parents=True, exist_ok=True)
    people = fill(settings.demo_database, SEED, SystemClock().now().date(), PEOPLE)
    out.print(f"{people} invented people")
