"""Slow, broken, nonsensical or hostile: the HTTP adapter answers in time with a short code, and never doubts a write away."""

import gzip
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from handlers.errors import Failed, HandlerError, Refused, Unknown
from handlers.http.adapter import HttpInformationSystem
from handlers.http.client import MAX_BYTES, JsonClient
from tests.handlers.fake_information_system import TODAY, TOKEN, FakeInformationSystem, serving

SHORT_MS = 300
Ask = Callable[[HttpInformationSystem], Any]

READS: dict[str, Ask] = {
    "next_payment": lambda system: system.next_payment("ref-1000", TODAY),
    "why_no_payment": lambda system: system.why_no_payment("ref-1000", TODAY),
    "last_payments": lambda system: system.last_payments("ref-1000", TODAY, 3),
    "probe": lambda system: system.probe(),
}
ALL: dict[str, Ask] = {**READS, "verify": lambda system: system.verify("10000000014", "271828")}


@pytest.fixture(scope="module")
def server() -> Iterator[FakeInformationSystem]:
    with serving() as fake:
        yield fake


@pytest.fixture
def fake(server: FakeInformationSystem) -> FakeInformationSystem:
    server.faults.clear()
    server.asked.clear()
    return server


@pytest.fixture
def system(fake: FakeInformationSystem) -> Iterator[HttpInformationSystem]:
    adapter = HttpInformationSystem(fake.url, TOKEN, SHORT_MS)
    yield adapter
    adapter.close()


def reason(ask: Callable[[], Any], kind: type[HandlerError] = Failed) -> str:
    with pytest.raises(HandlerError) as caught:
        ask()
    assert type(caught.value) is kind
    assert caught.value.__cause__ is None
    return caught.value.reason


NONSENSE: dict[str, tuple[Any, ...]] = {
    "empty": (200, b""),
    "not JSON": (200, b"<html>Welcome to the proxy</html>"),
    "another shape": (200, b'{"some": "thing"}'),
    "a list": (200, b"[]"),
    "null": (200, b"null"),
    "bad UTF-8": (200, b'{"payment": "\xff\xfe"}'),
    "deep": (200, b"[" * 50_000),
    "long": (200, b" " * (MAX_BYTES + 1)),
    "compressed": (200, gzip.compress(b"{}"), {"content-encoding": "gzip"}),
    "redirect": (302, b"", {"location": "http://127.0.0.1:9/"}),
    "teapot": (418, b"{}"),
    "other 404": (404, b'{"detail": "Not Found"}'),
    "list 404": (404, b"[1]"),
    "deep 404": (404, b"[" * 50_000),
    "no content": (204, b""),
}


@pytest.mark.parametrize("what", NONSENSE)
@pytest.mark.parametrize("ask", ALL.values(), ids=ALL)
def test_nonsense_is_failed(fake: FakeInformationSystem, system: HttpInformationSystem, ask: Ask, what: str) -> None:
    fake.faults.append(NONSENSE[what])
    assert reason(lambda: ask(system)) == "bad_answer"
    assert len(fake.asked) == 1


@pytest.mark.parametrize(
    "payment",
    [
        {"date": "2026-02-30", "amount": "1.00"},
        {"date": "2026-11-28T00:00:00", "amount": "1.00"},
        {"date": 1795824000, "amount": "1.00"},
        {"date": "0001-01-01", "amount": "1.00"},
        {"date": "2026-11-28", "amount": 987.65},
        {"date": "2026-11-28", "amount": "NaN"},
        {"date": "2026-11-28", "amount": "-1.00"},
        {"date": "2026-11-28", "amount": "1e9"},
        {"date": "2026-11-28", "amount": "987,65"},
        {"date": "2026-11-28"},
        "2026-11-28",
    ],
)
def test_a_payment_that_cannot_be_is_failed(fake: FakeInformationSystem, system: HttpInformationSystem, payment: Any) -> None:
    fake.faults += [(200, json.dumps({"payment": payment}).encode()), (200, json.dumps({"payments": [payment]}).encode())]
    assert reason(lambda: system.next_payment("ref-1000", TODAY)) == "bad_answer"
    assert reason(lambda: system.last_payments("ref-1000", TODAY, 3)) == "bad_answer"


def test_payments_in_the_wrong_order_are_failed(fake: FakeInformationSystem, system: HttpInformationSystem) -> None:
    payments = [{"date": f"2026-0{month}-28", "amount": "1.00"} for month in (7, 8)]
    fake.faults.append((200, json.dumps({"payments": payments}).encode()))
    assert reason(lambda: system.last_payments("ref-1000", TODAY, 3)) == "bad_answer"


def test_no_more_payments_are_taken_than_were_asked_for(fake: FakeInformationSystem, system: HttpInformationSystem) -> None:
    payments = [{"date": f"2026-0{month}-28", "amount": "1.00"} for month in (8, 7, 6, 5)]
    fake.faults.append((200, json.dumps({"payments": payments}).encode()))
    assert len(system.last_payments("ref-1000", TODAY, 3)) == 3


@pytest.mark.parametrize("reference", ["10", "a" * 65, "a/b/c/d/e/f", 12345678, None])
def test_a_reference_that_fits_no_address_is_failed(
    fake: FakeInformationSystem, system: HttpInformationSystem, reference: Any
) -> None:
    fake.faults.append((200, json.dumps({"person": reference}).encode()))
    assert reason(lambda: system.verify("10000000014", "271828")) == "bad_answer"


@pytest.mark.parametrize("status", [401, 403])
@pytest.mark.parametrize("ask", ALL.values(), ids=ALL)
def test_a_token_that_is_not_taken_is_told_apart(
    fake: FakeInformationSystem, system: HttpInformationSystem, ask: Ask, status: int
) -> None:
    fake.faults.append((status, b'{"code": "not_authorised"}'))
    assert reason(lambda: ask(system)) == "not_authorised"


@pytest.mark.parametrize("fault", ["slow", "drip"])
@pytest.mark.parametrize("ask", ALL.values(), ids=ALL)
def test_a_late_server_is_given_up_in_time(
    fake: FakeInformationSystem, system: HttpInformationSystem, ask: Ask, fault: str
) -> None:
    fake.faults.append(fault)
    started = time.monotonic()
    assert reason(lambda: ask(system)) == "timeout"
    assert time.monotonic() - started < 5
    assert len(fake.asked) == 1


@pytest.mark.parametrize("fault", ["deaf", (503, b""), (502, b"<html>"), (504, b"")])
@pytest.mark.parametrize("ask", READS.values(), ids=READS)
def test_a_read_is_asked_again_once(fake: FakeInformationSystem, ask: Ask, fault: Any) -> None:
    adapter = HttpInformationSystem(fake.url, TOKEN, 5_000)
    fake.faults.append(fault)
    ask(adapter)
    assert len(fake.asked) == 2
    fake.faults += [fault, fault]
    assert reason(lambda: ask(adapter)) == "unavailable"
    assert len(fake.asked) == 4


@pytest.mark.parametrize("fault", ["deaf", (503, b"")])
def test_a_code_is_tried_once(fake: FakeInformationSystem, fault: Any) -> None:
    fake.faults.append(fault)
    assert reason(lambda: HttpInformationSystem(fake.url, TOKEN, 5_000).verify("10000000014", "271828")) == "unavailable"
    assert len(fake.asked) == 1


@pytest.mark.parametrize("ask", ALL.values(), ids=ALL)
def test_a_server_at_fault_is_unavailable_and_not_pressed(
    fake: FakeInformationSystem, system: HttpInformationSystem, ask: Ask
) -> None:
    fake.faults.append((500, b"Traceback (most recent call last)"))
    assert reason(lambda: ask(system)) == "unavailable"
    assert len(fake.asked) == 1


@pytest.mark.parametrize("ask", ALL.values(), ids=ALL)
def test_nobody_at_the_address_is_unavailable(ask: Ask) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    assert reason(lambda: ask(HttpInformationSystem(f"http://127.0.0.1:{port}", TOKEN, SHORT_MS))) == "unavailable"


def test_an_unknown_person_is_refused_by_her_code_alone(fake: FakeInformationSystem, system: HttpInformationSystem) -> None:
    fake.faults.append((404, b'{"code": "unknown_person"}'))
    assert reason(lambda: system.next_payment("ref-1000", TODAY), Refused) == "unknown_person"


def test_what_is_secret_stands_in_no_address(fake: FakeInformationSystem, system: HttpInformationSystem) -> None:
    system.verify("10000000014", "271828")
    ((method, path, headers, body),) = fake.asked
    assert (method, path) == ("POST", "/v1/identifications")
    assert json.loads(body) == {"identifier": "10000000014", "code": "271828"}
    assert headers["authorization"] == f"Bearer {TOKEN}"


WRITE = ("/v1/health", {"worked": False}, "call-1:7")


def test_a_write_carries_its_key_and_is_sent_once(fake: FakeInformationSystem) -> None:
    fake.faults.append((201, b'{"number": "A1"}'))
    reply = JsonClient(fake.url, TOKEN, 5_000).write(*WRITE)
    assert (reply.status, reply.body) == (201, b'{"number": "A1"}')
    ((method, _, headers, body),) = fake.asked
    assert (method, headers["idempotency-key"], json.loads(body)) == ("POST", "call-1:7", {"worked": False})


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ("slow", "timeout"),
        ("drip", "timeout"),
        ("deaf", "no_answer"),
        ((503, b""), "no_answer"),
        ((500, b""), "unavailable"),
        ((200, b" " * (MAX_BYTES + 1)), "bad_answer"),
    ],
)
def test_a_write_whose_answer_is_lost_is_unknown(fake: FakeInformationSystem, fault: Any, code: str) -> None:
    fake.faults.append(fault)
    assert reason(lambda: JsonClient(fake.url, TOKEN, SHORT_MS).write(*WRITE), Unknown) == code
    assert len(fake.asked) == 1


def test_a_write_that_was_never_sent_is_failed() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    assert reason(lambda: JsonClient(f"http://127.0.0.1:{port}", "", SHORT_MS).write(*WRITE)) == "unavailable"


@pytest.mark.parametrize(
    "answer", [b"", b"SSH-2.0-OpenSSH\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n", b"\x00" * 5_000]
)
def test_a_server_that_does_not_speak_http_is_unavailable(answer: bytes) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(10)

        def serve() -> None:
            for _ in range(2):
                peer, _address = listener.accept()
                with peer:
                    peer.recv(65_536)
                    peer.sendall(answer)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        assert reason(lambda: HttpInformationSystem(url, TOKEN, 5_000).probe()) == "unavailable"
        thread.join(10)
