"""A catalogue as a supervisor writes it, and items that name its messages."""

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from handlers.delivery.texts import Catalogue, Texts
from handlers.delivery.texts_file import read_catalogue
from ivr.ports.outbox import Item

AT = dt.datetime(2026, 11, 23, 9, 0, tzinfo=dt.UTC)
MESSAGES = """
issuer: { fr: France Emploi, en: France Emploi }
messages:
  tutorial:
    fr: { sms: "France Emploi : {{ link }}" }
    en: { sms: "France Emploi: {{ link }}" }
  attestation:
    fr:
      subject: Votre attestation d'inscription
      text: |
        Bonjour {{ name }},

        Vous avez reçu {{ amount | euros }} le {{ since | date }}.
        {% if agent %}
        Un conseiller vous rappelle.
        {% endif %}

        Référence : {{ reference }}
      sms: "Votre attestation {{ reference }} est partie."
      document: registration
    en:
      subject: Your certificate
      text: "Hello {{ name }}, you got {{ amount | euros }} on {{ since | date }}."
      document: registration
documents:
  registration:
    fr:
      title: Attestation d'inscription
      file: attestation-inscription
      text: "Nous attestons que {{ name }} est inscrite."
      lines:
        Nom: "{{ name }}"
        Depuis le: "{{ since | date }}"
      table:
        caption: Paiements
        rows: payments
        columns: { Date: "{{ row.date | date }}", Montant: "{{ row.amount | euros }}" }
      closing: Fait pour servir et valoir ce que de droit.
    en:
      title: Certificate of registration
      file: certificate
      text: "{{ name }} is registered."
"""
VALUES: Mapping[str, Any] = {
    "name": "Aurore Exemple",
    "amount": Decimal("987.65"),
    "since": dt.date(2026, 5, 4),
    "agent": False,
    "link": "https://exemple.invalid/t",
    "payments": ({"date": dt.date(2026, 10, 28), "amount": Decimal("900.00")},),
}


def catalogue(text: str = MESSAGES) -> Catalogue:
    return read_catalogue(text.encode(), "messages.yaml")


def texts() -> Texts:
    known = {"france-emploi": catalogue()}
    return Texts(known.__getitem__)


def seal(text: str) -> str:
    return f"sealed:{text[::-1]}"


def unseal(token: str) -> str:
    if not token.startswith("sealed:"):
        raise ValueError(token)
    return token.removeprefix("sealed:")[::-1]


def item(kind: str, message: str = "attestation", to: str = "aurore@exemple.invalid", key: str = "c1:7", **payload: Any) -> Item:
    """An item as handlers write it."""
    written = {
        "service": "france-emploi",
        "message": message,
        "language": "fr",
        "values": VALUES,
        "call": "c1",
        "sealed_to": seal(to),
        **payload,
    }
    return Item(7, kind, key, written, 1, AT, "r1")
