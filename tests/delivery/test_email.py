"""E-mails reach a real server over TLS, whole, with their documents; what goes wrong is told apart."""

import dataclasses
import smtplib
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from handlers.delivery.carrier import Rejected, TryLater
from handlers.delivery.email import EmailCarrier, EmailSettings, recipient
from tests.delivery.catalogues import AT, VALUES, item, texts, unseal
from tests.delivery.pdf import read_pdf
from tests.delivery.servers import Certificate, Mailbox, free_port, make_certificate, smtp_server
from tests.records.conftest import StillClock

TO = "aurore@exemple.invalid"
SENDER = "France Emploi <ne-pas-repondre@guichet.invalid>"


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return make_certificate(tmp_path_factory.mktemp("certificate"))


@pytest.fixture
def mailbox(certificate: Certificate) -> Iterator[Mailbox]:
    with smtp_server(certificate) as running:
        yield running


def settings(mailbox: Mailbox, certificate: Certificate) -> EmailSettings:
    return EmailSettings("127.0.0.1", SENDER, mailbox.port, ca_file=str(certificate.chain), timeout_ms=5_000)


@pytest.fixture
def carrier(mailbox: Mailbox, certificate: Certificate) -> EmailCarrier:
    return EmailCarrier(settings(mailbox, certificate), texts(), unseal, StillClock(AT))


def test_the_message_arrives_as_it_was_written(carrier: EmailCarrier, mailbox: Mailbox) -> None:
    receipt = carrier.deliver(item("email"))
    (message,) = mailbox.messages
    assert (message["To"], message["From"]) == (TO, SENDER)
    assert message["Subject"] == "Votre attestation d'inscription"
    assert (message["Message-ID"], message["Content-Language"]) == (receipt, "fr")
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Date"] == "Mon, 23 Nov 2026 09:00:00 +0000"
    text = message.get_body(("plain",))
    assert text is not None
    assert "Vous avez reçu 987,65\u00a0€ le lundi 4 mai 2026." in text.get_content()
    assert mailbox.recipients == [TO]


def test_its_document_is_a_pdf_that_opens_and_reads(carrier: EmailCarrier, mailbox: Mailbox) -> None:
    carrier.deliver(item("email"))
    (attached,) = mailbox.messages[0].iter_attachments()
    assert (attached.get_filename(), attached.get_content_type()) == ("attestation-inscription.pdf", "application/pdf")
    read = read_pdf(attached.get_content())
    assert (read.title, read.language) == ("Attestation d’inscription", "fr")
    assert "Nous attestons que Aurore Exemple est inscrite." in read.text
    assert "mercredi 28 octobre 2026 900,00 €" in read.text.replace("\u00a0", " ")


def test_the_same_item_twice_has_one_message_id(carrier: EmailCarrier, mailbox: Mailbox) -> None:
    assert carrier.deliver(item("email")) == carrier.deliver(item("email")) != carrier.deliver(item("email", key="c1:8"))
    assert mailbox.raw[0] == mailbox.raw[1].replace(*boundaries(mailbox.raw[1], mailbox.raw[0]))


def boundaries(of: bytes, other: bytes) -> tuple[bytes, bytes]:
    found = [text.split(b'boundary="')[1].split(b'"')[0] for text in (of, other)]
    return found[0], found[1]


def test_nothing_that_was_said_becomes_a_header(carrier: EmailCarrier, mailbox: Mailbox) -> None:
    hostile = "Aurore\r\nBcc: autre@exemple.invalid\r\n\r\nBonjour"
    carrier.deliver(named(hostile))
    (message,) = mailbox.messages
    assert message["Bcc"] is None
    assert mailbox.recipients == [TO]


def named(name: str) -> Any:
    return item("email", values={**VALUES, "name": name})


@pytest.mark.parametrize(
    "address",
    ["", "aurore", "@exemple.invalid", "aurore@", "a b@exemple.invalid", "a@exemple", "a@b@exemple.invalid,c@d.invalid",
     "aurore@exemple.invalid\r\nBcc: x@y.invalid", "Aurore <aurore@exemple.invalid>", "a" * 300 + "@exemple.invalid",
     "aurore@exem..ple.invalid", "a@\u200bexemple.invalid"],
)  # fmt: skip
def test_what_is_no_address_is_given_up(carrier: EmailCarrier, mailbox: Mailbox, address: str) -> None:
    with pytest.raises(Rejected) as raised:
        carrier.deliver(item("email", to=address))
    assert raised.value.reason in ("bad_address", "no_address")
    assert mailbox.messages == []


def test_a_domain_with_accents_travels_in_ascii() -> None:
    assert recipient("aurore@démonstration.invalid").addr_spec == "aurore@xn--dmonstration-beb.invalid"


def test_an_address_that_the_server_cannot_write_is_given_up(carrier: EmailCarrier) -> None:
    with pytest.raises(Rejected, match="address_not_ascii"):
        carrier.deliver(item("email", to="aurôre@exemple.invalid"))


@pytest.mark.parametrize(
    ("at_rcpt", "at_data", "fault", "reason"),
    [
        ("550 no such mailbox", "", Rejected, "recipient_refused_550"),
        ("450 busy", "", TryLater, "recipient_deferred"),
        ("", "554 spam", Rejected, "message_refused_554"),
        ("", "452 full", TryLater, "message_deferred"),
    ],
)
def test_a_refusal_is_for_ever_or_for_now(
    carrier: EmailCarrier, mailbox: Mailbox, at_rcpt: str, at_data: str, fault: type[Exception], reason: str
) -> None:
    mailbox.at_rcpt, mailbox.at_data = at_rcpt, at_data
    with pytest.raises(fault, match=f"^{reason}$"):
        carrier.deliver(item("email"))


def test_a_server_that_is_down_is_tried_later() -> None:
    carrier = EmailCarrier(EmailSettings("127.0.0.1", SENDER, free_port()), texts(), unseal, StillClock(AT))
    with pytest.raises(TryLater, match="mail_server_down"):
        carrier.deliver(item("email"))


def test_a_server_that_takes_the_line_and_says_nothing_costs_its_time_limit() -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute:
        mute_settings = EmailSettings("127.0.0.1", SENDER, mute.getsockname()[1], timeout_ms=300)
        began = time.monotonic()
        with pytest.raises(TryLater, match="mail_server_down"):
            EmailCarrier(mute_settings, texts(), unseal, StillClock(AT)).deliver(item("email"))
        assert time.monotonic() - began < 3


def test_a_server_without_tls_gets_nothing() -> None:
    with smtp_server() as plain, pytest.raises(TryLater, match="mail_server_lacks_tls"):
        EmailCarrier(EmailSettings("127.0.0.1", SENDER, plain.port), texts(), unseal, StillClock(AT)).deliver(item("email"))
    assert plain.messages == []


def test_a_certificate_that_nobody_vouches_for_is_not_trusted(mailbox: Mailbox) -> None:
    with pytest.raises(TryLater, match="mail_certificate"):
        EmailCarrier(EmailSettings("127.0.0.1", SENDER, mailbox.port), texts(), unseal, StillClock(AT)).deliver(item("email"))
    assert mailbox.messages == []


def test_a_login_is_made_over_tls_and_a_wrong_one_tried_later(certificate: Certificate) -> None:
    with smtp_server(certificate, password="an-invented-password") as locked:
        own = dataclasses.replace(settings(locked, certificate), user="guichet", password="an-invented-password")
        EmailCarrier(own, texts(), unseal, StillClock(AT)).deliver(item("email"))
        wrong = dataclasses.replace(own, password="another")
        with pytest.raises(TryLater, match="mail_login_refused"):
            EmailCarrier(wrong, texts(), unseal, StillClock(AT)).deliver(item("email"))
    assert len(locked.messages) == 1


def test_a_server_on_this_machine_may_do_without_tls() -> None:
    with smtp_server() as plain:
        EmailCarrier(EmailSettings("127.0.0.1", SENDER, plain.port, "none"), texts(), unseal, StillClock(AT)).deliver(
            item("email")
        )
    assert len(plain.messages) == 1
    with pytest.raises(ValueError, match="TLS"):
        EmailSettings("mail.exemple.invalid", SENDER, security="none")


def test_tls_from_the_first_byte_is_spoken_where_it_is_asked_for(mailbox: Mailbox, certificate: Certificate) -> None:
    at_once = dataclasses.replace(settings(mailbox, certificate), security="tls")
    with pytest.raises(TryLater):
        EmailCarrier(at_once, texts(), unseal, StillClock(AT)).deliver(item("email"))


def test_a_message_of_sms_alone_is_no_e_mail(carrier: EmailCarrier) -> None:
    with pytest.raises(Rejected, match="no_text"):
        carrier.deliver(item("email", "tutorial"))


def test_a_document_that_cannot_be_made_is_given_up_with_its_message(carrier: EmailCarrier, mailbox: Mailbox) -> None:
    with pytest.raises(Rejected, match="no_font_has_this"):
        carrier.deliver(named("\U000130b8"))
    assert mailbox.messages == []


def test_a_goodbye_that_fails_does_not_undo_the_message(carrier: EmailCarrier, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_goodbye(_server: smtplib.SMTP) -> None:
        raise smtplib.SMTPResponseException(421, b"gone")

    monkeypatch.setattr(smtplib.SMTP, "quit", no_goodbye)
    assert carrier.deliver(item("email"))


def test_settings_name_no_file_that_is_not_there(certificate: Certificate, mailbox: Mailbox, tmp_path: Path) -> None:
    lost = dataclasses.replace(settings(mailbox, certificate), ca_file=str(tmp_path / "none.pem"))
    with pytest.raises(TryLater, match="mail_server_down"):
        EmailCarrier(lost, texts(), unseal, StillClock(AT)).deliver(item("email"))
