"""The published flows of this process: which version answers a number.

Rule: a version is compiled once and never changes; calls keep the one they began with. The pointer is looked at every two
seconds; what cannot be read leaves the flows of before in place.
"""

import threading
from collections.abc import Callable, Mapping

import structlog

from ivr.engine.flow import Flow
from ivr.language.loading import load_bundle
from ivr.language.source import Bundle
from ivr.ports.flows import UnknownFlow
from ivr.ports.unit_of_work import StorageError
from ivr.records.versions import VersionError, Versions

log = structlog.get_logger(__name__)

REFRESH_S = 2.0


class PublishedFlows:
    """Implements ivr.ports.flows.Flows.

    `learn` is given each version that is compiled (for its recordings), `arrived` each flow that begins to answer (to render
    its prompts).
    """

    def __init__(
        self,
        versions: Versions,
        learn: Callable[[Flow, Bundle], None] = lambda flow, bundle: None,
        arrived: Callable[[Flow], None] = lambda flow: None,
    ) -> None:
        self._versions = versions
        self._learn = learn
        self._arrived = arrived
        self._compiled: dict[str, Flow] = {}
        self._by_number: Mapping[str, Flow] = {}
        self._lock = threading.Lock()

    def for_number(self, dialled: str) -> Flow:
        flow = self._by_number.get(dialled)
        if flow is None:
            raise UnknownFlow(f"no published service answers {dialled!r}")
        return flow

    def version(self, version: str) -> Flow:
        flow = self._compiled.get(version)
        return flow if flow is not None else self._compile(version)

    @property
    def answering(self) -> list[Flow]:
        """Each published flow once."""
        return list({flow.version: flow for flow in self._by_number.values()}.values())

    def refresh(self) -> None:
        """Look at the pointers. Raises StorageError, and UnknownFlow for a version that cannot be compiled."""
        with self._lock:
            known = {flow.version for flow in self._by_number.values()}
            flows = [self.version(published.version) for published in self._versions.published()]
            self._by_number = {number: flow for flow in flows for number in flow.numbers}
        for flow in flows:
            if flow.version not in known:
                log.info("flow_answers", service=flow.service, version=flow.version, numbers=flow.numbers)
                self._arrived(flow)

    def follow(self, stop: threading.Event) -> None:
        """Refresh until stopped."""
        while not stop.wait(REFRESH_S):
            try:
                self.refresh()
            except (StorageError, UnknownFlow) as error:
                log.warning("flows_not_refreshed", why=str(error))

    def _compile(self, version: str) -> Flow:
        try:
            loaded = load_bundle(self._versions.bundle(version))
        except VersionError as error:
            raise UnknownFlow(str(error)) from None
        if loaded.flow is None:
            raise UnknownFlow(f"version {version} no longer compiles: {loaded.issues[0] if loaded.issues else ''}")
        self._learn(loaded.flow, loaded.bundle)
        self._compiled[version] = loaded.flow
        return loaded.flow
