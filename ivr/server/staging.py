"""Where conversations run: the real handlers on the demo's people, in a temporary folder that each conversation has new.

Rule: nothing of one conversation is met by the next; what a handler would wait in real time passes on the conversation's clock.
"""

import datetime as dt
import shutil
import tempfile
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from pathlib import Path
from types import TracebackType
from typing import Any
from zoneinfo import ZoneInfo

from handlers.base import Services
from handlers.catalogue import installed
from handlers.demo.adapter import DemoInformationSystem
from handlers.demo.filling import fill
from handlers.invoker import ThreadInvoker
from ivr.engine.commands import Invoke
from ivr.engine.flow import Flow
from ivr.language.conversation_file import Conversation
from ivr.language.conversations import Stage
from ivr.language.desk import HandlerManifest
from ivr.ports.invoker import CallContext, Invoker, Outcome
from ivr.records.codes import DatabaseCodes
from ivr.records.database import RecordsSettings, open_database
from ivr.records.drafts import DatabaseDrafts
from ivr.records.lockout import DatabaseAttempts
from ivr.records.schema import upgrade
from ivr.records.site_key import SiteKey
from ivr.records.unit_of_work import DatabaseUnitOfWork
from ivr.runtime.scripted import DelayedFuture, VirtualClock
from speech.understanding.phrases import PhraseInterpreter

SEED = 3949


class Staging:
    """A context manager: the folder is gone when it ends."""

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="guichet-conversations-"))
        self._opened: list[Callable[[], object]] = []
        self._count = 0

    def stage(self, flow: Flow, handlers: dict[str, HandlerManifest], files: Mapping[str, bytes]) -> Stage:
        """For the conversations of one service; `files` are those of its folder."""
        zone = flow.timezone

        def invoker(conversation: Conversation, clock: VirtualClock) -> Invoker:
            return self._invoker(conversation.at.astimezone(ZoneInfo(zone)).date(), clock, zone, files)

        return Stage(flow, handlers, PhraseInterpreter(), invoker)

    def _invoker(self, today: dt.date, clock: VirtualClock, zone: str, files: Mapping[str, bytes]) -> Invoker:
        self._count += 1
        demo = self._copy(f"demo-{today}", lambda url: fill(url, SEED, today, 0, lambda person: f"ref-{person.identifier}"))
        database = open_database(RecordsSettings(self._copy("guichet", upgrade)))
        key = SiteKey(b"conversations have a key of theirs")
        waited = _Waited()
        information = DemoInformationSystem(demo)
        services = Services(
            information,
            DatabaseAttempts(database),
            key.identifier_hash,
            waited.pause,
            key.seal,
            lambda _service, name: files[name],
            key.unseal,
            DatabaseDrafts(database),
            DatabaseCodes(database),
        )
        threads = ThreadInvoker(installed(), services, DatabaseUnitOfWork(database, clock), timezone=zone)
        self._opened += [threads.close, database.close, information.close]
        return _AtOnce(threads, waited)

    def _copy(self, name: str, make: Callable[[str], object]) -> str:
        """A database of this conversation's own, copied from one that is made once."""
        first = self._folder / f"{name}.sqlite"
        if not first.exists():
            make(f"sqlite:///{first}")
        own = self._folder / f"{name}-{self._count}.sqlite"
        shutil.copyfile(first, own)
        return f"sqlite:///{own}"

    def __enter__(self) -> "Staging":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        for close in self._opened:
            close()
        shutil.rmtree(self._folder, ignore_errors=True)


class _Waited:
    """Collects what handlers would have waited."""

    def __init__(self) -> None:
        self.ms = 0

    def pause(self, ms: int) -> None:
        self.ms += ms

    def taken(self) -> int:
        ms, self.ms = self.ms, 0
        return ms


class _AtOnce:
    """Implements ivr.ports.invoker.Invoker: the answer is there, later by what its handler waited."""

    def __init__(self, beneath: ThreadInvoker, waited: _Waited) -> None:
        self._beneath = beneath
        self._waited = waited

    def submit(self, command: Invoke, context: CallContext) -> "Future[Outcome]":
        outcome = self._beneath.submit(command, context).result()
        future: Future[Any] = DelayedFuture(self._waited.taken())
        future.set_result(outcome)
        return future
