"""Files that stand beside the menus of a service, as they are published now.

Rule: a version is unpacked once; what was published a moment ago is what handlers and deliveries read.
"""

import threading
from collections.abc import Mapping

from ivr.language.issues import Report
from ivr.language.source import read_zip
from ivr.ports.unit_of_work import StorageError
from ivr.records.versions import VersionError, Versions


class ServiceFiles:
    """Any number of threads."""

    def __init__(self, versions: Versions) -> None:
        self._versions = versions
        self._unpacked: dict[str, tuple[str, Mapping[str, bytes]]] = {}
        self._lock = threading.Lock()

    def read(self, service: str, name: str) -> bytes:
        """A file of the published version. Raises LookupError, also when the database cannot be read."""
        try:
            published = {each.service: each.version for each in self._versions.published()}
            files = self._files(service, published[service])
        except (StorageError, VersionError) as error:
            raise LookupError(str(error)) from None
        return files[name]

    def _files(self, service: str, version: str) -> Mapping[str, bytes]:
        with self._lock:
            known, files = self._unpacked.get(service, ("", {}))
            if known != version:
                files = read_zip(self._versions.bundle(version), service, Report()).files
                self._unpacked[service] = (version, files)
            return files
