"""Who comes in: the route of an AGI request and what a new call brings.

Rule: routes, call ids and the number dialled are taken from the request's own address, which the dialplan writes and no caller
can reach; a caller's number is only ever a string of digits, or empty.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

_CALL_ID = re.compile(r"[A-Za-z0-9._-]{1,80}")
_NUMBER = re.compile(r"\+?[0-9]{1,20}")
_DIALLED = re.compile(r"[0-9*#+]{1,32}")


@dataclass(frozen=True, slots=True)
class Route:
    """`agi://host:port/NAME?key=value`."""

    name: str
    query: Mapping[str, str]

    @property
    def call_id(self) -> str:
        """The call's id, or empty when there is none that can be trusted as a name."""
        given = self.query.get("call", "")
        return given if _CALL_ID.fullmatch(given) else ""


@dataclass(frozen=True, slots=True)
class Arrival:
    """A new call. `caller` is empty when withheld, unknown or not a telephone number; `language` is Asterisk's."""

    call_id: str
    dialled: str
    caller: str
    language: str


def route_of(environment: Mapping[str, str]) -> Route:
    """The route of a request; an unreadable one has an empty name."""
    try:
        address = urlsplit(environment.get("agi_request", ""))
        query = dict(parse_qsl(address.query, max_num_fields=20))
    except ValueError:
        return Route("", {})
    return Route(address.path.strip("/"), query)


def arrival_of(environment: Mapping[str, str], route: Route) -> Arrival:
    """What a new call brings, cleaned."""
    unique = environment.get("agi_uniqueid", "")
    dialled = route.query.get("dialled") or environment.get("agi_extension", "")
    return Arrival(
        call_id=route.call_id or (unique if _CALL_ID.fullmatch(unique) else ""),
        dialled=dialled if _DIALLED.fullmatch(dialled) else "",
        caller=caller_number(environment.get("agi_callerid", ""), environment.get("agi_callingpres", "0")),
        language=environment.get("agi_language", "")[:2].lower(),
    )


def caller_number(given: str, presentation: str = "0") -> str:
    """A caller's number without what people and gateways put between its digits; empty when it is none or withheld."""
    if presentation.isdigit() and int(presentation) & 0x60:
        return ""
    bare = re.sub(r"[ .()-]", "", given[:64])
    return bare if _NUMBER.fullmatch(bare) else ""
