"""An SMS leaves once, is tried later when the gateway is unwell, and is given up when the gateway refuses this message."""

import time
from collections.abc import Iterator
from typing import Any

import pytest

from handlers.delivery.carrier import DeliveryError, Rejected, TryLater
from handlers.delivery.sms import SmsCarrier, SmsSettings
from tests.delivery.catalogues import item, texts, unseal
from tests.delivery.servers import Gateway, free_port, sms_gateway

NUMBER = "0639980001"


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    with sms_gateway() as running:
        yield running


def carrier(url: str, timeout_ms: int = 5_000) -> SmsCarrier:
    return SmsCarrier(SmsSettings(url, "the-token", "Guichet", timeout_ms), texts(), unseal)


def sms(**payload: Any) -> Any:
    return item("sms", **{"to": NUMBER, **payload})


def failure(gateway: Gateway, status: int, **headers: str) -> DeliveryError:
    gateway.answers.append((status, headers, b'{"error": "Aurore Exemple 0639980001"}'))
    with pytest.raises(DeliveryError) as raised:
        carrier(gateway.url).deliver(sms())
    return raised.value


def test_the_gateway_is_told_number_sender_text_and_key(gateway: Gateway) -> None:
    assert carrier(gateway.url).deliver(sms()) == "gw-1"
    ((headers, body),) = gateway.asked
    assert body["to"] == "+33639980001"
    assert body["from"] == "Guichet"
    assert body["text"].startswith("Votre attestation ")
    assert (headers["idempotency-key"], headers["authorization"]) == ("sms:c1:7", "Bearer the-token")


def test_the_same_item_twice_is_one_message_there(gateway: Gateway) -> None:
    assert [carrier(gateway.url).deliver(sms()) for _ in range(2)] == ["gw-1", "gw-1"]
    assert len(gateway.sent) == 1


@pytest.mark.parametrize("status", [400, 402, 406, 410, 413, 422])
def test_a_message_that_is_refused_is_given_up(gateway: Gateway, status: int) -> None:
    found = failure(gateway, status)
    assert isinstance(found, Rejected)
    assert found.reason == f"gateway_{status}"


@pytest.mark.parametrize("status", [301, 302, 401, 403, 404, 408, 409, 429, 500, 502, 503, 504])
def test_a_gateway_that_is_unwell_or_badly_set_up_is_asked_again(gateway: Gateway, status: int) -> None:
    found = failure(gateway, status)
    assert isinstance(found, TryLater)
    assert (found.reason, found.after_ms) == (f"gateway_{status}", None)


@pytest.mark.parametrize(("header", "after_ms"), [("120", 120_000), ("soon", None), ("-5", None), ("9" * 40, None), ("٣", None)])
def test_the_gateway_may_ask_to_be_left_alone(gateway: Gateway, header: str, after_ms: int | None) -> None:
    encoded = header.encode().decode("latin-1")
    found = failure(gateway, 429, **{"Retry-After": encoded})
    assert isinstance(found, TryLater)
    assert found.after_ms == after_ms


def test_a_gateway_that_does_not_answer_costs_its_time_limit_and_no_more(gateway: Gateway) -> None:
    gateway.let_answer.clear()
    began = time.monotonic()
    with pytest.raises(TryLater, match="gateway_slow"):
        carrier(gateway.url, 300).deliver(sms())
    assert time.monotonic() - began < 3


def test_a_gateway_that_is_down_is_tried_later() -> None:
    with pytest.raises(TryLater, match="gateway_down"):
        carrier(f"http://127.0.0.1:{free_port()}/").deliver(sms())


@pytest.mark.parametrize(
    "body", [b"", b"taken", b"[1]", b'{"id": null}', b'{"id": {"a": 1}}', b'{"id": "' + b"x" * 50_000, b"\xff"]
)
def test_what_was_taken_is_done_whatever_the_gateway_says_besides(gateway: Gateway, body: bytes) -> None:
    gateway.answers.append((200, {}, body))
    assert carrier(gateway.url).deliver(sms()) == ""


def test_a_number_as_receipt_is_kept_and_a_long_one_cut(gateway: Gateway) -> None:
    gateway.answers += [(200, {}, b'{"id": 77}'), (200, {}, b'{"id": "' + b"x" * 500 + b'"}')]
    assert [carrier(gateway.url).deliver(sms()) for _ in range(2)] == ["77", "x" * 128]


@pytest.mark.parametrize("number", ["", "  ", "12", "pas un numéro", "0" * 30, "06 39 98 00 01\r\n06 39 98 00 02"])
def test_a_number_that_nobody_could_dial_is_given_up(gateway: Gateway, number: str) -> None:
    with pytest.raises(Rejected, match=r"^(bad_number|no_address)$"):
        carrier(gateway.url).deliver(sms(to=number))
    assert gateway.asked == []


@pytest.mark.parametrize("written", ["06 39 98 00 01", "+33639980001", "0033639980001", "06.39.98.00.01"])
def test_a_number_is_dialled_the_same_however_it_is_written(gateway: Gateway, written: str) -> None:
    carrier(gateway.url).deliver(sms(to=written))
    assert gateway.asked[0][1]["to"] == "+33639980001"


def test_a_number_sealed_elsewhere_is_given_up_without_its_words() -> None:
    with pytest.raises(Rejected) as raised:
        carrier("https://exemple.invalid").deliver(sms(sealed_to="other"))
    assert raised.value.reason == "sealed_with_another_key"
    assert raised.value.__cause__ is None


def test_a_key_that_is_no_header_still_tells_one_item_from_another(gateway: Gateway) -> None:
    for key in ("réf:1", "réf:2", "a\nb"):
        carrier(gateway.url).deliver(sms(key=key))
    assert len(gateway.sent) == 3


def test_a_token_never_travels_in_clear_over_a_network() -> None:
    with pytest.raises(ValueError, match="https"):
        SmsSettings("http://exemple.invalid/sms", "the-token")
