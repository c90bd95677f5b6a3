"""What integrators read is run: the example as a package of theirs, its manifest, its tests."""

import dataclasses
import re
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from handlers.base import HandlerContext, Services
from handlers.catalogue import handlers
from handlers.errors import HandlerError
from handlers.manifest import manifest_yaml
from ivr.engine.events import Result
from ivr.engine.secrets import Secret
from ivr.ports.invoker import Outcome
from tests.handlers.fakes import MemoryUnitOfWork, command, context, invoker

PAGE = (Path(__file__).parents[2] / "docs/integrators.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def executed(name: str, source: str) -> ModuleType:
    module = ModuleType(name)
    exec(compile(source, f"docs/integrators.md:{name}", "exec"), vars(module))
    return module


@pytest.fixture
def library(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    module = executed("town_library.phone", blocks("python")[0])
    monkeypatch.setitem(sys.modules, "town_library", ModuleType("town_library"))
    monkeypatch.setitem(sys.modules, "town_library.phone", module)
    return module


def run(library: ModuleType, name: str, card: str, storage: MemoryUnitOfWork | None = None) -> Outcome:
    port = invoker(*library.handlers(), unit_of_work=storage)
    asked = command(name, {"card": Secret("s1", "digits", len(card))}, write=name == "loans.renew")
    return port.submit(asked, context(reveal=lambda _secret: card)).result(10)


def test_the_example_answers_a_call(library: ModuleType) -> None:
    assert run(library, "loans.count", "20000000") == Outcome(Result.DONE, {"count": 2})
    assert run(library, "loans.count", "0") == Outcome(Result.REFUSED, reason="unknown_card")


def test_the_example_stores_a_request_with_its_delivery(library: ModuleType) -> None:
    storage = MemoryUnitOfWork()
    assert run(library, "loans.renew", "20000000", storage) == Outcome(Result.DONE, {"number": "r1"})
    assert [kind for kind, _ in storage.stored] == ["loan_renewal", "deliver"]
    assert "20000000" not in str(storage.stored)
    assert run(library, "loans.renew", "20000001", storage) == Outcome(Result.REFUSED, reason="nothing_borrowed")
    assert len(storage.stored) == 2


def test_the_manifest_on_the_page_is_what_is_written(library: ModuleType) -> None:
    assert blocks("yaml") == [manifest_yaml(library.handlers())]


@pytest.mark.usefixtures("library")
def test_the_tests_on_the_page_pass() -> None:
    tests: dict[str, Any] = vars(executed("town_library_tests", blocks("python")[1]))
    found = [each for name, each in tests.items() if name.startswith("test_")]
    assert len(found) == 2
    for each in found:
        each()


def test_the_page_names_everything_that_a_handler_meets() -> None:
    names = [field.name for kind in (Services, HandlerContext) for field in dataclasses.fields(kind)]
    names += [each.name for each in handlers()] + [
        kind.__name__ for kind in HandlerError.__subclasses__() if kind.__name__[0] != "_"
    ]
    assert [name for name in names if not re.search(rf"`{re.escape(name)}[`(]", PAGE)] == []
