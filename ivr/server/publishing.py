"""From a folder on disk to a version that answers: compile, store, publish.

Rule: what has errors is not published; the version that answers stays.
"""

from importlib.metadata import version as release
from pathlib import Path

from ivr.engine.flow import Flow
from ivr.language.loading import load
from ivr.server.delivering import message_faults
from ivr.server.failing import Stop
from ivr.server.site import Site

RELEASES = ("Babel", "holidays", "guichet")


def publish_folder(site: Site, folder: Path) -> Flow:
    """Store and publish a service's folder. Raises Stop with every error, StorageError."""
    loaded = load(folder)
    if loaded.flow is None:
        raise Stop("\n".join([f"{folder} has errors:", *(str(issue) for issue in loaded.issues)]))
    flow = loaded.flow
    if faults := message_faults(folder, flow.languages):
        raise Stop("\n".join([f"{folder} has errors:", *faults]))
    site.learn(flow, loaded.bundle)
    releases = {name: release(name) for name in RELEASES}
    site.versions.store(flow.service, flow.version, loaded.bundle.to_zip(), releases, author="disk")
    site.versions.publish(flow.service, flow.version, author="disk")
    return flow
