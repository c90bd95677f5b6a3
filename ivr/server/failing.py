"""How a command ends when it cannot do what was asked: one sentence, and exit status 1.

Rule: a person never sees a traceback for something that she, or a machine, can mend.
"""

import functools
from collections.abc import Callable
from typing import Any, TypeVar

import typer
from rich.console import Console

from ivr.ports.flows import UnknownFlow
from ivr.ports.unit_of_work import StorageError
from ivr.records.site_key import SiteKeyError
from ivr.records.versions import VersionError

errors = Console(stderr=True, highlight=False, soft_wrap=True)

F = TypeVar("F", bound=Callable[..., Any])


class Stop(Exception):
    """A command cannot go on; the message says why and what to do."""


def stopping(command: F) -> F:
    """Turn what people can mend into a sentence."""

    @functools.wraps(command)
    def run(*arguments: Any, **options: Any) -> Any:
        try:
            return command(*arguments, **options)
        except (Stop, UnknownFlow, VersionError, SiteKeyError) as error:
            errors.print(f"ivr: {error}", markup=False)
        except StorageError as error:
            errors.print(f"ivr: {error}. Is the database made? 'ivr db upgrade' makes it.", markup=False)
        except OSError as error:
            errors.print(f"ivr: {error.strerror or error}: {error.filename or ''}".rstrip(": "), markup=False)
        raise typer.Exit(1)

    return run  # type: ignore[return-value]  # the same signature, kept by functools.wraps
