"""Attestations by telephone: how a person likes them to come, and asking for one.

Rule: one a person, kind, period and day. What it states is read before anything is stored and leaves with the item that
carries it; the caller hears her address in part, and nobody is told an untrue thing on paper.
"""

import calendar
import datetime as dt
import hashlib
import re
from collections.abc import Mapping
from contextlib import suppress
from decimal import Decimal
from typing import Any

from handlers.base import Argument, HandlerContext, Services, handler
from handlers.delivery.reading import CatalogueError
from handlers.errors import Failed, HandlerError, Refused
from handlers.france_emploi.attestation_catalogue import FILE, Attestation, Needs, Period, read_attestations
from handlers.information.attestations import Correspondence, Statement, Way

DIGITS = 9
KIND = {Way.EMAIL: "email", Way.POST: "letter"}
Days = tuple[dt.date, dt.date]


@handler(
    name="attestations.preference",
    arguments={"person": "text"},
    refusals=("unknown_person",),
    returns={
        "by": "text",
        "email": {"begins": "text", "domain": "text"},
        "post": {"street": "text", "department": "text"},
    },
)
def preference(arguments: Mapping[str, Any], services: Services, _context: HandlerContext) -> dict[str, Any]:
    """How she likes her post to come (`by`: email, post or none), and each address in part; none where there is none."""
    found = services.information.correspondence(arguments["person"])
    return {
        "by": None if found.prefers is None else found.prefers.value,
        "email": email_in_part(found.email),
        "post": address_in_part(found.address),
    }


@handler(
    name="attestations.request",
    arguments={
        "person": "text",
        "kind": "text",
        "by": "text",
        "since": Argument("month", required=False),
        "until": Argument("month", required=False),
    },
    write=True,
    timeout_ms=12_000,
    refusals=("unknown_person", "unknown_kind", "no_period", "no_address", "nothing_to_attest"),
    returns={"number": "text", "again": "yes_no", "since": "date", "until": "date"},
)
def request(arguments: Mapping[str, Any], services: Services, context: HandlerContext) -> dict[str, Any]:
    """An attestation is to leave by e-mail or post: its number, whether it was asked for before today, and its days.

    `since` and `until` are the latest such months that have begun; both are in the period.
    """
    asked = _attestation(str(arguments["kind"]), services, context)
    days = _days(asked.period, arguments, context.today)
    person, way = str(arguments["person"]), _way(str(arguments["by"]))
    found = services.information.correspondence(person)
    to = _recipient(found, way)
    statement = services.information.statement(person, *(days or (context.today, context.today)))
    if not may_attest(asked.needs, statement):
        raise Refused("nothing_to_attest")
    if found.prefers is not way:
        # Her attestation does not depend on it: she is asked again another time.
        with suppress(HandlerError):
            services.information.prefer(person, way, f"{context.key}:prefer")
    told = _stored(asked, person, way, days, services, context)
    if not told["again"]:
        item = _item(asked, statement, days, told["number"], context) | {"sealed_to": services.seal(to)}
        context.work.follow_up(KIND[way], _key(asked, person, days, context), item)
    return told


def email_in_part(email: str) -> dict[str, str] | None:
    """How it begins and where it is: enough to be known by whoever owns it."""
    local, _, domain = email.rpartition("@")
    return {"begins": local[0], "domain": domain} if local else None


def address_in_part(address: tuple[str, ...]) -> dict[str, str | None] | None:
    """`rue des Essais` in 75000 Exempleville is `rue des E` in 75; the number and the town are kept back."""
    if len(address) < 2:
        return None
    *street, last = re.sub(r"^\d+\s*(?:bis|ter|quater)?\b[\s,]*", "", address[-2]).split() or ["?"]
    code = re.match(r"(97\d|\d\d)\d{2,3}\b", address[-1])
    return {"street": " ".join([*street, last[0]]), "department": code[1] if code else None}


def may_attest(needs: Needs, statement: Statement) -> bool:
    """Whether it would be true."""
    match needs:
        case Needs.REGISTRATION:
            return statement.registered_on is not None
        case Needs.ENTITLEMENT:
            return statement.daily is not None and statement.days_left is not None
        case Needs.PAYMENTS:
            return bool(statement.payments)
        case Needs.NO_PAYMENTS:
            return not statement.payments


def months(since: int, until: int, today: dt.date) -> Days:
    """The latest month `until` that has begun, and the latest `since` that is not after it; today ends what is still running."""
    last = today.replace(year=today.year - (until > today.month), month=until, day=1)
    first = last.replace(year=last.year - (since > until), month=since)
    end = last.replace(day=calendar.monthrange(last.year, last.month)[1])
    return first, min(end, today)


def _attestation(kind: str, services: Services, context: HandlerContext) -> Attestation:
    """Raises Refused and Failed."""
    try:
        known = read_attestations(services.file(context.service, FILE))
    except LookupError:
        raise Failed("no_catalogue") from None
    except CatalogueError:
        raise Failed("bad_catalogue") from None
    if kind not in known:
        raise Refused("unknown_kind")
    return known[kind]


def _days(period: Period, arguments: Mapping[str, Any], today: dt.date) -> Days | None:
    """Raises Refused when a period is needed and none is given."""
    match period:
        case Period.NONE:
            return None
        case Period.LAST_YEAR:
            return dt.date(today.year - 1, 1, 1), dt.date(today.year - 1, 12, 31)
        case Period.ASKED:
            given = [arguments.get(name) for name in ("since", "until")]
            if any(isinstance(month, bool) or month not in range(1, 13) for month in given):
                raise Refused("no_period")
            return months(int(given[0] or 0), int(given[1] or 0), today)


def _way(by: str) -> Way:
    try:
        return Way(by)
    except ValueError:
        raise Refused("no_address") from None


def _recipient(found: Correspondence, way: Way) -> str:
    to = found.email if way is Way.EMAIL else "\n".join(found.address)
    if not to:
        raise Refused("no_address")
    return to


def _key(asked: Attestation, person: str, days: Days | None, context: HandlerContext) -> str:
    period = "" if days is None else f"{days[0]}:{days[1]}"
    return f"{context.today}:{person}:{asked.name}:{period}"


def _stored(
    asked: Attestation, person: str, way: Way, days: Days | None, services: Services, context: HandlerContext
) -> dict[str, Any]:
    key = _key(asked, person, days, context)
    since, until = days or (None, None)
    number = _number(services.fingerprint(f"attestation:{key}"))
    wish = {"person": person, "kind": asked.name, "since": since, "until": until, "by": way.value, "number": number}
    stored = context.work.request("attestation", key, {**wish, "call": context.call_id, "act": context.key})
    again = not stored.created and stored.payload.get("act") != context.key
    return {"number": number, "again": again, "since": since, "until": until}


def _number(fingerprint: str) -> str:
    """Nine digits from a keyed hash: the same wish is told the same number."""
    digest = hashlib.sha256(fingerprint.encode()).digest()
    return f"{int.from_bytes(digest[:8]) % 10**DIGITS:0{DIGITS}d}"


def _item(asked: Attestation, statement: Statement, days: Days | None, number: str, context: HandlerContext) -> dict[str, Any]:
    """What the delivery words."""
    values: dict[str, Any] = {
        "label": asked.label.get(context.language) or next(iter(asked.label.values())),
        "reference": number,
        "name": statement.name,
        "payments": [{"date": each.date, "amount": each.amount} for each in statement.payments],
        "total": sum((each.amount for each in statement.payments), Decimal(0)),
        "taxable": statement.taxable,
        "registered_on": statement.registered_on,
        "daily": statement.daily,
        "days_left": statement.days_left,
        "since": days and days[0],
        "until": days and days[1],
    }
    return {
        "message": "attestation",
        "document": asked.document,
        "service": context.service,
        "language": context.language,
        "values": values,
        "call": context.call_id,
    }
