"""The demo's people are invented, the same for the same seed, and move with the day; its codes cost the same to refuse."""

import datetime as dt
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, text

from handlers.demo.adapter import DemoInformationSystem
from handlers.demo.database import VERSION_TABLE, migrate, open_engine
from handlers.demo.filling import fill
from handlers.demo.hashing import CodeHasher
from handlers.demo.models import Base
from handlers.demo.people import NO_SUCH_IDENTIFIER, crowd, known, payday
from handlers.errors import Failed

TODAY = dt.date(2026, 11, 23)


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'a folder' / 'demo.sqlite'}"


class CountingHasher(CodeHasher):
    """Notes how much was asked of it."""

    def __init__(self) -> None:
        super().__init__()
        self.checked: list[str] = []

    def right(self, code_hash: str | None, code: str) -> bool:
        self.checked.append(cost_of(self._nobody if code_hash is None else code_hash))
        return super().right(code_hash, code)


def cost_of(code_hash: str) -> str:
    """The version and parameters of an argon2 hash, without salt and digest."""
    return "$".join(code_hash.split("$")[:4])


def test_an_unknown_identifier_costs_what_a_wrong_code_costs(url: str) -> None:
    fill(url, seed=1, today=TODAY, count=3)
    hasher = CountingHasher()
    system = DemoInformationSystem(url, hasher)
    assert system.verify("10000000014", "000000") is None
    assert system.verify(NO_SUCH_IDENTIFIER, "000000") is None
    assert system.verify("10000000014", "271828") is not None
    assert len(hasher.checked) == 3
    assert len(set(hasher.checked)) == 1
    assert "argon2id" in hasher.checked[0]


def test_nobodys_code_is_never_right() -> None:
    hasher = CodeHasher()
    assert not hasher.right(None, "nobody has this code")
    assert not hasher.right("no hash at all", "271828")
    assert hasher.right(hasher.hash("271828"), "271828")


@pytest.mark.parametrize(
    ("today", "next_one"),
    [
        (dt.date(2026, 11, 23), dt.date(2026, 11, 28)),
        (dt.date(2026, 11, 28), dt.date(2026, 11, 28)),
        (dt.date(2026, 11, 29), dt.date(2026, 12, 28)),
        (dt.date(2026, 12, 31), dt.date(2027, 1, 28)),
        (dt.date(2028, 2, 29), dt.date(2028, 3, 28)),
    ],
)
def test_the_next_payday_is_the_28th(today: dt.date, next_one: dt.date) -> None:
    assert payday(today) == next_one
    assert payday(today, -12) == next_one.replace(year=next_one.year - 1)


def test_the_same_seed_invents_the_same_people() -> None:
    assert list(crowd(300, 7, TODAY)) == list(crowd(300, 7, TODAY))
    assert list(crowd(300, 7, TODAY)) != list(crowd(300, 8, TODAY))


def test_everybody_is_invented_and_nobody_is_there_twice() -> None:
    everybody = [*known(TODAY), *crowd(1_000, 7, TODAY)]
    assert len({person.identifier for person in everybody}) == len(everybody)
    for person in everybody:
        assert len(person.identifier) == 11
        assert person.identifier.isdigit()
        assert person.identifier != NO_SUCH_IDENTIFIER
        assert " Exemple-" in person.name
        assert person.phone.startswith("+3363998")
        assert len(person.phone) == 12
        assert person.email.endswith("@example.org")
        assert len(person.code) == 6
        planned = [day for day, _ in person.payments if day >= TODAY]
        assert bool(planned) is (person.why_no_payment is None)


def test_filling_again_moves_payments_and_keeps_references(url: str) -> None:
    assert fill(url, seed=1, today=TODAY, count=10) == 15
    system = DemoInformationSystem(url)
    before = system.verify("10000000014", "271828")
    assert fill(url, seed=1, today=dt.date(2026, 12, 1), count=10) == 15
    assert system.verify("10000000014", "271828") == before
    assert before is not None
    payment = system.next_payment(before.ref, dt.date(2026, 12, 1))
    assert payment is not None
    assert payment.date == dt.date(2026, 12, 28)


def test_migrations_make_what_the_models_say_and_can_be_undone(url: str) -> None:
    migrate(url)
    migrate(url)
    engine = open_engine(url)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE})
        assert compare_metadata(context, Base.metadata) == []
    migrate(url, "base")
    assert inspect(engine).get_table_names() == [VERSION_TABLE]
    migrate(url)
    assert set(inspect(engine).get_table_names()) == {*Base.metadata.tables, VERSION_TABLE}


def test_no_code_and_no_hash_reaches_a_reference(url: str) -> None:
    fill(url, seed=1, today=TODAY, count=3)
    with open_engine(url).connect() as connection:
        rows = connection.execute(text("SELECT identifier, ref, code_hash FROM demo_people")).all()
    assert len({row.ref for row in rows}) == len(rows)
    assert all(row.code_hash.startswith("$argon2id$") and row.identifier not in row.ref for row in rows)


@pytest.mark.parametrize("content", [None, b"this is no database" * 100])
def test_a_database_that_cannot_be_read_is_failed(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "demo.sqlite"
    if content is not None:
        path.write_bytes(content)
    system = DemoInformationSystem(f"sqlite:///{path}")
    for ask in (lambda: system.verify("1", "2"), lambda: system.next_payment("ref", TODAY), system.probe):
        with pytest.raises(Failed, match="unavailable"):
            ask()
