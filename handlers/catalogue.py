"""Which handlers there are: those that ship, and those that integrators' packages add by the entry point `guichet.handlers`.

Rule: a name belongs to one handler; nobody replaces another's silently.
"""

from collections.abc import Iterable
from importlib.metadata import entry_points

from handlers.base import Handler
from handlers.contact import request_callback, send_message
from handlers.france_emploi import attestations, cases, drafts, identification, links, payments, status

GROUP = "guichet.handlers"


class CatalogueError(Exception):
    """Two handlers claim one name, or an entry point does not give handlers; the message names it."""


def handlers() -> list[Handler]:
    """The handlers that ship."""
    return [
        identification.verify,
        payments.next_payment,
        payments.why_none,
        payments.last,
        status.window,
        status.current,
        status.declare,
        drafts.save,
        drafts.load,
        drafts.forget,
        cases.open_cases,
        cases.notify,
        attestations.preference,
        attestations.request,
        links.send,
        request_callback,
        send_message,
    ]


def installed() -> list[Handler]:
    """Ours and those of every installed package. Raises CatalogueError."""
    found = handlers()
    for point in sorted(entry_points(group=GROUP), key=lambda each: each.name):
        found += _given_by(point.name, point.load())
    return unique(found)


def _given_by(source: str, provider: object) -> list[Handler]:
    given = provider() if callable(provider) else provider
    if not isinstance(given, (list, tuple)) or not all(isinstance(each, Handler) for each in given):
        raise CatalogueError(f"the entry point {source!r} of {GROUP} gives no list of handlers")
    return list(given)


def unique(found: Iterable[Handler]) -> list[Handler]:
    """Each handler once. Raises CatalogueError when two different ones have the same name."""
    by_name: dict[str, Handler] = {}
    for handler in found:
        if by_name.setdefault(handler.name, handler) is not handler:
            raise CatalogueError(f"two handlers are named {handler.name!r}")
    return list(by_name.values())
