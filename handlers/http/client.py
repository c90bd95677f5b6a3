"""JSON over HTTP for a caller who is waiting: bounded in time, in size and in what it believes.

Rule: a read is asked again once when the line broke or the server was unwell; a write is sent once, and what became of it is
Unknown unless the server says. No address, header or body ever stands in an error.
"""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from handlers.errors import Failed, HandlerError, Unknown

MAX_BYTES = 64_000
READ_ATTEMPTS = 2
UNWELL = (502, 503, 504)
NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)


@dataclass(frozen=True, slots=True)
class Reply:
    """A status below 500 and the body's bytes."""

    status: int
    body: bytes

    def said(self, status: int, code: str) -> bool:
        """Whether this is the refusal `code`: a body such as {"code": "unknown_person"} under that status."""
        if self.status != status:
            return False
        try:
            form = json.loads(self.body)
        except (ValueError, RecursionError):
            return False
        return isinstance(form, dict) and form.get("code") == code


class JsonClient:
    """One server; shared by all threads. `timeout_ms` is for a request with its second attempt; only a server that spends it
    on connecting and once more before its first byte gets up to twice as much.

    `transport` stands in for the network.
    """

    def __init__(self, base_url: str, token: str, timeout_ms: int, transport: httpx.BaseTransport | None = None) -> None:
        headers = {"Accept": "application/json", "Accept-Encoding": "identity", "User-Agent": "guichet"}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        self._timeout_s = timeout_ms / 1000
        limits = httpx.Limits(max_connections=100, max_keepalive_connections=20)
        self._client = httpx.Client(
            base_url=base_url, headers=headers, limits=limits, follow_redirects=False, trust_env=False, transport=transport
        )

    def close(self) -> None:
        self._client.close()

    def get(self, path: str, query: Mapping[str, str] | None = None) -> Reply:
        """Ask for something, twice if need be. Raises Failed."""
        deadline = time.monotonic() + self._timeout_s
        for attempt in range(1, READ_ATTEMPTS + 1):
            try:
                return self._once("GET", path, deadline, query=query)
            except _Worth:
                if attempt == READ_ATTEMPTS or time.monotonic() >= deadline:
                    break
        raise Failed("unavailable")

    def ask(self, path: str, body: Mapping[str, Any]) -> Reply:
        """A question that must not stand in an address (a code), put once. Raises Failed."""
        try:
            return self._once("POST", path, time.monotonic() + self._timeout_s, body=body)
        except _Worth:
            raise Failed("unavailable") from None

    def write(self, path: str, body: Mapping[str, Any], key: str) -> Reply:
        """Change something, once; the server takes the same `key` for the same act.

        Raises Failed when it was never sent, and Unknown when it was and no answer below 500 came back.
        """
        try:
            return self._once("POST", path, time.monotonic() + self._timeout_s, body=body, key=key)
        except _Worth as fault:
            if fault.sent:
                raise Unknown("no_answer") from None
            raise Failed("unavailable") from None
        except Failed as fault:
            raise Unknown(fault.reason) from None

    def _once(
        self,
        method: str,
        path: str,
        deadline: float,
        query: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
        key: str = "",
    ) -> Reply:
        left = max(0.001, deadline - time.monotonic())
        request = self._client.build_request(
            method, path, params=query, json=body, headers={"Idempotency-Key": key} if key else None, timeout=left
        )
        try:
            response = self._client.send(request, stream=True)
            try:
                return Reply(response.status_code, _body(response, deadline))
            finally:
                response.close()
        except NEVER_SENT:
            raise _Worth(sent=False) from None
        except httpx.TimeoutException:
            raise Failed("timeout") from None
        except httpx.TransportError:
            raise _Worth(sent=True) from None
        except httpx.HTTPError:
            raise Failed("bad_answer") from None


class _Worth(HandlerError):
    """No answer, and worth asking again. `sent` says whether the server may have seen the request."""

    def __init__(self, sent: bool) -> None:
        super().__init__("unavailable")
        self.sent = sent


def _body(response: httpx.Response, deadline: float) -> bytes:
    """The whole body. Raises Failed, or _Worth for a server that is unwell."""
    if response.status_code in UNWELL:
        raise _Worth(sent=True)
    if response.status_code >= 500:
        raise Failed("unavailable")
    if response.headers.get("content-encoding", "identity") != "identity":
        raise Failed("bad_answer")
    body = b""
    for piece in response.iter_raw():
        body += piece
        if len(body) > MAX_BYTES:
            raise Failed("bad_answer")
        if time.monotonic() > deadline:
            raise Failed("timeout")
    return body
