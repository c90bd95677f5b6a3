"""The command `ivr`: one word for everything that people do with Guichet."""

import logging
import sys
from collections.abc import Callable

import structlog
import typer

from ivr.server.commands import calls, conversations, database, figures, menus, promises, serving, talking, up

app = typer.Typer(
    name="ivr",
    help="Guichet: a voice counter for public services.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)

SERVERS = frozenset({"up", "serve", "watch", "deliver"})
"""What tells how it goes as it goes; all others speak of trouble only."""


@app.callback()
def prepare(context: typer.Context) -> None:
    """Guichet: a voice counter for public services."""
    level = logging.INFO if context.invoked_subcommand in SERVERS else logging.WARNING
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.processors.format_exc_info,
            structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty()),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


COMMANDS: dict[str, Callable[..., None]] = {
    "up": up.up,
    "talk": talking.talk,
    "call": talking.call,
    "check": menus.check,
    "test": conversations.conversations,
    "graph": menus.graph,
    "schema": menus.schema,
    "handlers": menus.handlers,
    "publish": menus.publish,
    "prompts": menus.prompts,
    "calls": calls.calls,
    "show": calls.show,
    "replay": calls.replay,
    "figures": figures.show_figures,
    "outbox": promises.outbox,
    "callbacks": promises.callbacks,
    "deliver": promises.deliver,
    "purge": calls.purge,
    "serve": serving.serve,
    "watch": serving.watch,
    "doctor": serving.doctor,
    "asterisk-config": serving.asterisk_config,
}

for name, command in COMMANDS.items():
    app.command(name)(command)
app.add_typer(database.app, name="db")
