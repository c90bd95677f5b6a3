"""Puts items into the outbox, and lets a request follow what became of its items.

Rule: everything here happens in somebody else's transaction.
"""

import datetime as dt
from typing import Any

from sqlalchemy import Connection, select, update

from ivr.engine.codec import encode
from ivr.ports.outbox import FollowUp, Item
from ivr.records.inserting import insert_once
from ivr.records.models import OutboxRow, RequestRow
from ivr.records.outbox_policy import all_done, deciding

KEY_LENGTH = 255


def check_key(key: str) -> None:
    """Raises ValueError for one that no database would keep."""
    if not 0 < len(key) <= KEY_LENGTH or "\0" in key:
        raise ValueError(f"a key has 1 to {KEY_LENGTH} characters, this one {len(key)}")


def put(connection: Connection, follow_up: FollowUp, request_id: str | None, now: dt.datetime) -> bool:
    """Store an item, once per kind and key; true when it is new. Raises ValueError for a key that cannot be kept."""
    check_key(follow_up.key)
    values = {
        "kind": follow_up.kind,
        "key": follow_up.key,
        "request_id": request_id,
        "payload": encode(follow_up.payload),
        "status": "waiting",
        "attempts": 0,
        "created_at": now,
        "next_at": follow_up.at or now,
        "last_error": "",
    }
    return insert_once(connection, OutboxRow, values)


def note_begun(connection: Connection, request_ids: list[str]) -> None:
    """Their delivery has begun. Locked in one order, so that two workers cannot wait for each other."""
    stored = RequestRow.id.in_(request_ids), RequestRow.status == "stored"
    found = connection.scalars(select(RequestRow.id).where(*stored).order_by(RequestRow.id).with_for_update()).all()
    if found:
        connection.execute(update(RequestRow).where(RequestRow.id.in_(found)).values(status="delivering"))


def note_settled(connection: Connection, item: Item, status: str, now: dt.datetime, receipt: str = "") -> None:
    """A request whose item is `done`, `refused` or `unknown` follows it, if that item is one that settles it."""
    # Held until the commit: of two items that end at once, the second one sees the first.
    mine = select(RequestRow.kind).where(RequestRow.id == item.request_id).with_for_update()
    kind = connection.scalar(mine) if item.request_id else None
    if kind is None:
        return
    rows = connection.execute(select(OutboxRow.kind, OutboxRow.status).where(OutboxRow.request_id == item.request_id))
    items = [(row.kind, row.status) for row in rows]
    if item.kind not in deciding(kind, [one for one, _ in items]) or (status == "done" and not all_done(kind, items)):
        return
    values: dict[str, Any] = {"status": status, "settled_at": None if status in ("unknown", "delivering") else now}
    if status == "done":
        values["receipt"] = receipt
    connection.execute(update(RequestRow).where(RequestRow.id == item.request_id).values(**values))
