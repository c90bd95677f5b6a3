"""E-mail through one SMTP server, over TLS, with its documents attached.

Rule: a Message-ID comes from the item, so that the same message sent twice is known as one. Nothing that a caller said can
become a header; a server that does not offer TLS gets nothing.
"""

import hashlib
import smtplib
import ssl
from contextlib import suppress
from dataclasses import dataclass
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Literal

from handlers.delivery.carrier import Rejected, TryLater, Unseal, opened
from handlers.delivery.documents import DocumentError, make_pdf
from handlers.delivery.texts import Composed, Texts
from ivr.ports.clock import Clock
from ivr.ports.outbox import Item

LOOPBACK = ("127.0.0.1", "localhost", "::1")
MAX_ADDRESS = 254


@dataclass(frozen=True, slots=True)
class EmailSettings:
    """`sender` is `Name <address>` or an address. `security`: `starttls`, `tls` from the first byte, or `none`, which only a
    server on this machine may have. `ca_file` holds the authority of a server with a certificate of its own."""

    host: str
    sender: str
    port: int = 587
    security: Literal["starttls", "tls", "none"] = "starttls"
    user: str = ""
    password: str = ""
    reply_to: str = ""
    ca_file: str = ""
    timeout_ms: int = 15_000

    def __post_init__(self) -> None:
        if self.security == "none" and self.host not in LOOPBACK:
            raise ValueError(f"mail to {self.host} must go over TLS: set the security to starttls or tls")


class EmailCarrier:
    """Implements handlers.delivery.carrier.Carrier. A connection a message; any number of threads."""

    def __init__(self, settings: EmailSettings, texts: Texts, unseal: Unseal, clock: Clock) -> None:
        self._clock = clock
        self._settings = settings
        self._texts = texts
        self._unseal = unseal
        self._sender = parse_mailbox(settings.sender)
        self._reply_to = parse_mailbox(settings.reply_to) if settings.reply_to else None

    def deliver(self, item: Item) -> str:
        to = recipient(opened(item, self._unseal))
        composed = self._texts.compose(item)
        if not composed.text:
            raise Rejected("no_text")
        message = self._message(item, to, composed)
        self._send(message)
        return str(message["Message-ID"])

    def _message(self, item: Item, to: Address, composed: Composed) -> EmailMessage:
        message = EmailMessage(policy=SMTP)
        try:
            message["From"] = self._sender
            message["To"] = to
            if self._reply_to is not None:
                message["Reply-To"] = self._reply_to
            message["Subject"] = composed.subject
            message["Date"] = format_datetime(self._clock.now())
            message["Message-ID"] = message_id(item.idempotency_key, self._sender.domain)
            message["Auto-Submitted"] = "auto-generated"
            message.set_content(composed.text + "\n", charset="utf-8", cte="quoted-printable")
            for file, document in composed.attachments:
                message.add_attachment(make_pdf(document), "application", "pdf", filename=file)
            # Setting content drops the headers of content before it.
            message["Content-Language"] = composed.language
        except DocumentError as error:
            raise Rejected(str(error)) from None
        except (ValueError, MessageError):
            raise Rejected("bad_message") from None
        return message

    def _send(self, message: EmailMessage) -> None:
        try:
            server = self._connected()
            try:
                server.send_message(message)
            finally:
                # The message is sent or not, whatever becomes of the goodbye.
                with suppress(smtplib.SMTPException, OSError):
                    server.quit()
        except smtplib.SMTPRecipientsRefused as refusal:
            raise _refusal("recipient", *(code for code, _ in refusal.recipients.values())) from None
        except smtplib.SMTPDataError as refusal:
            raise _refusal("message", refusal.smtp_code) from None
        except smtplib.SMTPAuthenticationError:
            raise TryLater("mail_login_refused") from None
        except smtplib.SMTPNotSupportedError:
            if not str(message["To"]).isascii():
                raise Rejected("address_not_ascii") from None
            raise TryLater("mail_server_lacks_tls") from None
        except ssl.SSLError:
            raise TryLater("mail_certificate") from None
        except (smtplib.SMTPException, OSError):
            raise TryLater("mail_server_down") from None

    def _connected(self) -> smtplib.SMTP:
        settings = self._settings
        seconds = settings.timeout_ms / 1000
        context = ssl.create_default_context(cafile=settings.ca_file or None)
        if settings.security == "tls":
            server: smtplib.SMTP = smtplib.SMTP_SSL(settings.host, settings.port, timeout=seconds, context=context)
        else:
            server = smtplib.SMTP(settings.host, settings.port, timeout=seconds)
        try:
            if settings.security == "starttls":
                server.starttls(context=context)
            if settings.user:
                server.login(settings.user, settings.password)
        except BaseException:
            server.close()
            raise
        return server


def message_id(key: str, domain: str) -> str:
    """The same for the same item; nothing of its key can be read in it."""
    return f"<{hashlib.sha256(key.encode()).hexdigest()[:32]}@{domain}>"


def parse_mailbox(text: str) -> Address:
    """`Name <address>` or an address, from our own settings. Raises ValueError."""
    name, _, rest = text.rpartition("<")
    return Address(name.strip().strip('"'), addr_spec=(rest.removesuffix(">") if name else text).strip())


def recipient(text: str) -> Address:
    """One address that somebody gave. Raises Rejected."""
    local, _, domain = text.strip().rpartition("@")
    printable = all(sign.isprintable() and not sign.isspace() and sign not in '<>,;:"()[]\\' for sign in local + domain)
    if not local or "." not in domain or not printable or len(text) > MAX_ADDRESS:
        raise Rejected("bad_address")
    try:
        return Address(username=local, domain=domain.encode("idna").decode("ascii"))
    except (ValueError, MessageError):
        raise Rejected("bad_address") from None


def _refusal(whose: str, *codes: int) -> Rejected | TryLater:
    """5xx is for ever, 4xx for now; a code that is none of these is not believed."""
    if codes and all(500 <= code < 600 for code in codes):
        return Rejected(f"{whose}_refused_{codes[0]}")
    return TryLater(f"{whose}_deferred")
