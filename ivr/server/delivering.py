"""What carries the outbox, put together from the settings: callbacks and letters always, SMS and e-mail where they are set.

Rule: what no carrier is set for waits in the outbox; it is not lost and not told as sent.
"""

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from handlers.delivery.callback import CallbackCarrier
from handlers.delivery.carrier import Carrier
from handlers.delivery.email import EmailCarrier, EmailSettings
from handlers.delivery.letter import LetterCarrier, LetterSettings
from handlers.delivery.reading import CatalogueError
from handlers.delivery.sms import SmsCarrier, SmsSettings
from handlers.delivery.texts import Catalogue, Texts
from handlers.delivery.texts_file import read_catalogue
from handlers.delivery.worker import Deliverer
from handlers.france_emploi.attestation_catalogue import FILE as ATTESTATIONS
from handlers.france_emploi.attestation_catalogue import read_attestations
from ivr.records.callbacks import Callbacks
from ivr.records.outbox import DatabaseOutbox
from ivr.server.failing import Stop
from ivr.server.site import Site

MESSAGES = "messages.yaml"


def deliverer(site: Site) -> Deliverer:
    """Ready to be started. Raises Stop for settings that may not be."""
    return Deliverer(DatabaseOutbox(site.database, site.clock), carriers(site), site.clock)


def carriers(site: Site) -> dict[str, Carrier]:
    """By the kind of item that each carries. Raises Stop."""
    settings, unseal = site.settings, site.site_key.unseal
    texts = Texts(lambda service: _catalogue(site, service))
    found: dict[str, Carrier] = {
        "callback": CallbackCarrier(Callbacks(site.database, site.site_key).add, unseal),
        "letter": LetterCarrier(LetterSettings(settings.letters_dir), texts, unseal),
    }
    try:
        if settings.sms_url:
            found["sms"] = SmsCarrier(SmsSettings(settings.sms_url, settings.sms_token, settings.sms_sender), texts, unseal)
        if settings.mail_host:
            found["email"] = EmailCarrier(_mail(site), texts, unseal, site.clock)
    except ValueError as error:
        raise Stop(str(error)) from None
    return found


def _mail(site: Site) -> EmailSettings:
    settings = site.settings
    return EmailSettings(
        settings.mail_host,
        settings.mail_sender,
        settings.mail_port,
        settings.mail_security,
        settings.mail_user,
        settings.mail_password,
        settings.mail_reply_to,
        settings.mail_ca_file,
    )


def _catalogue(site: Site, service: str) -> Catalogue:
    """The messages of the published version. Raises LookupError."""
    return _read(site.files.read(service, MESSAGES))


def message_faults(folder: Path, languages: Sequence[str]) -> list[str]:
    """What is wrong in a service's messages and attestations, as file:line:column; a file that is not there has no faults."""
    found: list[str] = []
    for name, read in ((MESSAGES, read_catalogue), (ATTESTATIONS, read_attestations)):
        path = folder / name
        if path.exists():
            try:
                read(path.read_bytes(), str(path), languages)
            except CatalogueError as error:
                found += [str(fault) for fault in error.faults]
    return found


@lru_cache(64)
def _read(data: bytes) -> Catalogue:
    try:
        return read_catalogue(data, MESSAGES)
    except CatalogueError as error:
        raise LookupError(str(error)) from None
