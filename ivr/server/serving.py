"""The process `calls`: FastAGI on one side, the call loop on the other, the journal shipped beside it.

Rule: a number that no service answers, and a call beyond the limit, are left to the dialplan's net.
"""

import signal
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import structlog

from handlers.delivery.worker import Deliverer
from ivr.engine.flow import Flow
from ivr.engine.session import Turn
from ivr.ports.flows import UnknownFlow
from ivr.records.callbacks import Callbacks
from ivr.records.shipper import Shipper
from ivr.runtime.loop import drive
from ivr.runtime.vault import Vault
from ivr.server.delivering import deliverer
from ivr.server.published import PublishedFlows
from ivr.server.rendering import render_flow
from ivr.server.site import Site
from ivr.server.spool import follow
from telephony.agi import SocketAgi
from telephony.arrivals import Arrival
from telephony.channel import AgiChannel, Exchange
from telephony.fastagi import FastAgiServer, FastAgiSettings
from telephony.returns import Returns
from telephony.studio import SoundSettings, Studio
from telephony.transferring import TransferSettings, safe

log = structlog.get_logger(__name__)

DRAIN_MS = 60_000
DELIVERIES_MS = 10_000
PROMPT_WORKERS = 8
UNHEARD = "unheard"


class Serving:
    """Answers calls until stopped."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._stop = threading.Event()
        self._returns = Returns()
        self._rendering = ThreadPoolExecutor(1, "render-ahead")
        self._deliverer: Deliverer | None = None
        self.flows = PublishedFlows(site.versions, site.learn, self._render_ahead)
        settings = site.settings
        self._studio = Studio(site.synthesizer, self._sounds(), ThreadPoolExecutor(PROMPT_WORKERS, "prompts"))
        self.server = FastAgiServer(
            FastAgiSettings(settings.agi_host, settings.agi_port, settings.agi_host, calls=settings.max_calls),
            self._answer,
            self._returns,
        )

    def _sounds(self) -> SoundSettings:
        folder = self._site.settings.prompts_dir
        trouble = {language: packaged(folder, UNHEARD, language) for language in ("fr", "en")}
        known = {language: path for language, path in trouble.items() if path.exists()}
        settings = self._site.settings
        return SoundSettings(settings.root, str(settings.root), known, make_ms=settings.voice_timeout_ms)

    def run(self) -> None:
        """Serve until SIGTERM or SIGINT, then let calls in progress end."""
        self.start()
        for signum in (signal.SIGTERM, signal.SIGINT):
            signal.signal(signum, lambda *_: self._stop.set())
        while not self._stop.wait(1.0):
            continue
        self.stop()

    def start(self) -> None:
        """Listen. Raises StorageError and UnknownFlow when there is nothing that could answer."""
        self.flows.refresh()
        shipper = Shipper(self._site.database, self._site.settings.journal_dir)
        threading.Thread(target=shipper.run, args=(self._stop,), name="shipper", daemon=True).start()
        threading.Thread(target=self.flows.follow, args=(self._stop,), name="flows", daemon=True).start()
        self._keep_promises()
        _ = self._site.invoker, self._site.site_key  # made now: the first caller does not wait for them
        self.server.start()

    def _keep_promises(self) -> None:
        """Messages and callbacks leave from here too, unless another process carries them."""
        site = self._site
        waiting = Callbacks(site.database, site.site_key)
        spool = (site.settings.callbacks_dir, waiting, self._stop)
        threading.Thread(target=follow, args=spool, name="callback-spool", daemon=True).start()
        if site.settings.deliver:
            self._deliverer = deliverer(site)
            self._deliverer.start()

    def stop(self) -> None:
        self.server.drain(DRAIN_MS)
        self._stop.set()
        if self._deliverer is not None:
            self._deliverer.stop(DELIVERIES_MS)
        self._site.journal.close()
        self._site.invoker.close(1.0)
        self._rendering.shutdown(wait=False, cancel_futures=True)

    def _render_ahead(self, flow: Flow) -> None:
        self._rendering.submit(render_flow, flow, self._site.synthesizer)

    def _answer(self, arrival: Arrival, agi: SocketAgi) -> None:
        try:
            flow = self.flows.for_number(arrival.dialled)
        except UnknownFlow as error:
            log.error("call_not_answered", why=str(error))
            return
        call = self._site.call(arrival.call_id, arrival.dialled, arrival.caller, arrival.language, "phone")
        transfer = TransferSettings(self.server.return_address)
        channel = AgiChannel(arrival.call_id, agi, Exchange(self._studio, self._site.clock, self._returns, transfer))

        def watch(turn: Turn) -> None:
            channel.remember("IVR_LANGUAGE", turn.session.language)
            if turn.session.reason:
                channel.remember("IVR_REASON", safe(turn.session.reason))

        try:
            drive(flow, call, channel, self._site.ports(watch), Vault(arrival.caller))
        finally:
            channel.close()


def packaged(folder: Path, sentence: str, language: str) -> Path:
    """Where a sentence of the net stands, rendered at installation."""
    return folder / "net" / f"{sentence}-{language}.wav"
