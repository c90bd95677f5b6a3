"""Puts the rooms together: each part is made once, when it is first needed, from the settings.

Rule: nothing but wiring stands here.
"""

import time
from collections.abc import Callable
from functools import cached_property

from config.settings import Settings
from handlers.base import Services
from handlers.catalogue import installed
from handlers.demo.adapter import DemoInformationSystem
from handlers.http.adapter import HttpInformationSystem
from handlers.information_system import InformationSystem
from handlers.invoker import Limits, ThreadInvoker
from ivr.engine.flow import Flow
from ivr.engine.prompts import Recording
from ivr.engine.rehearsal import prompts
from ivr.engine.secrets import Secret
from ivr.engine.session import Call, Turn
from ivr.language.source import Bundle
from ivr.ports.journal import Journal
from ivr.records.codes import DatabaseCodes
from ivr.records.database import Database, RecordsSettings, open_database
from ivr.records.drafts import DatabaseDrafts
from ivr.records.journal import JournalSettings, LocalJournal
from ivr.records.lockout import DatabaseAttempts
from ivr.records.reading import Records
from ivr.records.site_key import SiteKey, load_site_key
from ivr.records.unit_of_work import DatabaseUnitOfWork
from ivr.records.versions import Versions
from ivr.runtime.clock import SystemClock
from ivr.runtime.loop import Ports
from ivr.server.service_files import ServiceFiles
from speech.settings import SpeechSettings
from speech.synthesizer import GuichetSynthesizer
from speech.understanding.phrases import PhraseInterpreter


def _unseen(turn: Turn) -> None:
    """Nobody watches."""


class Site:
    """One deployment, as this process sees it."""

    def __init__(self, settings: Settings, clock: SystemClock | None = None) -> None:
        self.settings = settings
        self.clock = clock or SystemClock()

    @cached_property
    def database(self) -> Database:
        return open_database(RecordsSettings(self.settings.guichet_database))

    @cached_property
    def versions(self) -> Versions:
        return Versions(self.database, self.clock)

    @cached_property
    def records(self) -> Records:
        return Records(self.database, self.settings.journal_dir)

    @cached_property
    def site_key(self) -> SiteKey:
        return load_site_key(self.settings.site_key_file)

    @cached_property
    def journal(self) -> LocalJournal:
        return LocalJournal(JournalSettings(self.settings.journal_dir))

    @cached_property
    def information(self) -> InformationSystem:
        settings = self.settings
        if settings.information_system_url:
            return HttpInformationSystem(
                settings.information_system_url, settings.information_system_token, settings.information_system_timeout_ms
            )
        return DemoInformationSystem(settings.demo_database)

    @cached_property
    def files(self) -> ServiceFiles:
        return ServiceFiles(self.versions)

    @cached_property
    def services(self) -> Services:
        return Services(
            self.information,
            DatabaseAttempts(self.database),
            self.site_key.identifier_hash,
            lambda ms: time.sleep(ms / 1000),
            self.site_key.seal,
            self.files.read,
            self.site_key.unseal,
            DatabaseDrafts(self.database),
            DatabaseCodes(self.database),
        )

    @cached_property
    def invoker(self) -> ThreadInvoker:
        limits = Limits(workers=self.settings.handler_workers)
        return ThreadInvoker(installed(), self.services, DatabaseUnitOfWork(self.database, self.clock), limits)

    @cached_property
    def synthesizer(self) -> GuichetSynthesizer:
        settings = self.settings
        return GuichetSynthesizer(
            SpeechSettings(settings.prompts_dir, settings.online_voice, settings.voice_rate, settings.voice_workers)
        )

    def learn(self, flow: Flow, bundle: Bundle) -> None:
        """Give the voice the recordings of a version."""
        parts = {part for prompt in prompts(flow) for part in prompt.parts if isinstance(part, Recording)}
        self.synthesizer.learn({part: bundle.files[part.name] for part in parts if part.name in bundle.files})

    def ports(self, watch: Callable[[Turn], None] = _unseen, journal: Journal | None = None) -> Ports:
        """What a call needs besides its line."""
        return Ports(self.invoker, PhraseInterpreter(), journal or self.journal, self.clock, watch)

    def call(self, call_id: str, dialled: str, caller: str, language: str, channel: str) -> Call:
        """How a call came in, with the caller's number kept out of it."""
        number = Secret("caller", "phone", len(caller), spoken=True) if caller else None
        return Call(call_id, dialled, self.clock.now(), number, self.site_key.caller_hash(caller), language, channel)
