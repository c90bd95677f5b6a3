"""The command `ivr`: one word for everything that people do with Guichet."""

import logging
import sys

import structlog
import typer

from ivr.server.commands import calls, database, menus, serving, talking, up

app = typer.Typer(
    name="ivr",
    help="Guichet: a voice counter for public services.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)


@app.callback()
def prepare() -> None:
    """Guichet: a voice counter for public services."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.processors.format_exc_info,
            structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty()),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


for name, command in {
    "up": up.up,
    "talk": talking.talk,
    "call": talking.call,
    "check": menus.check,
    "schema": menus.schema,
    "handlers": menus.handlers,
    "publish": menus.publish,
    "prompts": menus.prompts,
    "calls": calls.calls,
    "show": calls.show,
    "replay": calls.replay,
    "purge": calls.purge,
    "serve": serving.serve,
    "watch": serving.watch,
    "doctor": serving.doctor,
    "asterisk-config": serving.asterisk_config,
}.items():
    app.command(name)(command)
app.add_typer(database.app, name="db")
