"""SMS through one HTTP gateway: a JSON body, a bearer token, an Idempotency-Key by which the gateway sends once.

Rule: what the gateway may accept another time is tried later; a refusal of this very message is final. What it answers is
believed for a name of at most 128 characters, and nothing of it reaches an error.
"""

import json
import time
from dataclasses import dataclass

import httpx
import phonenumbers

from handlers.delivery.carrier import Rejected, TryLater, Unseal, opened
from handlers.delivery.texts import Texts
from ivr.ports.outbox import Item

LOOPBACK = ("127.0.0.1", "localhost", "::1")
MAX_BYTES = 16_000
MAX_RECEIPT = 128
# Besides 5xx. 401, 403, 404 and 405 tell of our settings, which somebody will mend, and not of this message.
LATER = frozenset({401, 403, 404, 405, 408, 409, 425, 429})


@dataclass(frozen=True, slots=True)
class SmsSettings:
    """`url` takes the POST; `sender` is a number or up to 11 letters; `region` is where national numbers are dialled."""

    url: str
    token: str = ""
    sender: str = ""
    timeout_ms: int = 10_000
    region: str = "FR"

    def __post_init__(self) -> None:
        url = httpx.URL(self.url)
        if url.scheme != "https" and not (url.scheme == "http" and url.host in LOOPBACK):
            raise ValueError("SMS must go to the gateway over https, unless it is on this machine")


class SmsCarrier:
    """Implements handlers.delivery.carrier.Carrier. Shared by all threads. `transport` stands in for the network."""

    def __init__(self, settings: SmsSettings, texts: Texts, unseal: Unseal, transport: httpx.BaseTransport | None = None) -> None:
        self._settings = settings
        self._texts = texts
        self._unseal = unseal
        headers = {"Accept": "application/json", "Accept-Encoding": "identity", "User-Agent": "guichet"}
        if settings.token:
            headers["Authorization"] = f"Bearer {settings.token}"
        self._client = httpx.Client(headers=headers, follow_redirects=False, trust_env=False, transport=transport)

    def close(self) -> None:
        self._client.close()

    def deliver(self, item: Item) -> str:
        number = international(opened(item, self._unseal), self._settings.region)
        text = self._texts.compose(item).sms
        if not text:
            raise Rejected("no_text")
        body = {"to": number, "from": self._settings.sender, "text": text, "reference": item.idempotency_key}
        return self._posted(body, item.idempotency_key)

    def _posted(self, body: dict[str, str], key: str) -> str:
        seconds = self._settings.timeout_ms / 1000
        deadline = time.monotonic() + seconds
        try:
            headers = {"Idempotency-Key": _header(key)}
            with self._client.stream("POST", self._settings.url, json=body, headers=headers, timeout=seconds) as response:
                _judge(response)
                return _receipt(response, deadline)
        except httpx.TimeoutException:
            raise TryLater("gateway_slow") from None
        except (httpx.HTTPError, httpx.InvalidURL):
            raise TryLater("gateway_down") from None


def international(number: str, region: str) -> str:
    """A number as +33639980000. Raises Rejected for what nobody could dial."""
    try:
        parsed = phonenumbers.parse(number, region)
    except phonenumbers.NumberParseException:
        raise Rejected("bad_number") from None
    if not phonenumbers.is_possible_number(parsed):
        raise Rejected("bad_number")
    return str(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164))


def _header(key: str) -> str:
    """The key as a header may hold it: the same for the same key."""
    return key if key.isascii() and key.isprintable() else key.encode("utf-8").hex()


def _judge(response: httpx.Response) -> None:
    status = response.status_code
    if 200 <= status < 300:
        return
    if status in LATER or not 400 <= status < 500:
        raise TryLater(f"gateway_{status}", _retry_after_ms(response.headers.get("retry-after", "")))
    raise Rejected(f"gateway_{status}")


def _retry_after_ms(header: str) -> int | None:
    return int(header) * 1000 if header.isascii() and header.isdigit() and len(header) < 8 else None


def _receipt(response: httpx.Response, deadline: float) -> str:
    """The gateway's name for the message, where it gives one: it has taken the message all the same where it does not."""
    body = b""
    try:
        for piece in response.iter_raw():
            body += piece
            if len(body) > MAX_BYTES or time.monotonic() > deadline:
                return ""
        form = json.loads(body)
    except (httpx.HTTPError, ValueError, RecursionError):
        return ""
    name = form.get("id") if isinstance(form, dict) else None
    return str(name)[:MAX_RECEIPT] if isinstance(name, (str, int)) else ""
