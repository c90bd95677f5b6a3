"""A real SMTP server and a real SMS gateway on loopback, which do what a test tells them."""

import datetime as dt
import ipaddress
import json
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


@dataclass
class Mailbox:
    """What an SMTP server received. A non-empty `at_rcpt` or `at_data` is what it answers there."""

    messages: list[EmailMessage] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    raw: list[bytes] = field(default_factory=list)
    at_rcpt: str = ""
    at_data: str = ""
    port: int = 0

    async def handle_RCPT(  # aiosmtpd's own name
        self, server: Any, session: Any, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.at_rcpt:
            return self.at_rcpt
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Envelope) -> str:
        if self.at_data:
            return self.at_data
        assert isinstance(envelope.content, bytes)
        parsed = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(parsed, EmailMessage)
        self.raw.append(envelope.content)
        self.messages.append(parsed)
        self.recipients += envelope.rcpt_tos
        return "250 taken"


@dataclass(frozen=True)
class Certificate:
    """PEM files of a certificate for 127.0.0.1 that signs itself."""

    chain: Path
    key: Path

    def context(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.chain, self.key)
        return context


def make_certificate(folder: Path) -> Certificate:
    """A new one."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    begin = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
    built = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), begin, begin.replace(year=2090))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    made = Certificate(folder / "chain.pem", folder / "key.pem")
    made.chain.write_bytes(built.public_bytes(serialization.Encoding.PEM))
    made.key.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
        )
    )
    return made


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@contextmanager
def smtp_server(certificate: Certificate | None = None, password: str = "") -> Iterator[Mailbox]:
    """A server; with a certificate it insists on STARTTLS, with a password on a login as `guichet`."""
    mailbox = Mailbox(port=free_port())

    def authenticate(_server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> AuthResult:
        return AuthResult(success=(data.login, data.password) == (b"guichet", password.encode()), handled=False)

    options: dict[str, Any] = {}
    if certificate is not None:
        options |= {"tls_context": certificate.context(), "require_starttls": True}
    if password:
        options |= {"authenticator": authenticate, "auth_required": True, "auth_require_tls": True}
    controller = Controller(mailbox, hostname="127.0.0.1", port=mailbox.port, enable_SMTPUTF8=False, **options)
    controller.start()
    try:
        yield mailbox
    finally:
        controller.stop()


@dataclass
class Gateway:
    """An SMS gateway that keeps one message for each idempotency key. `answers` are used up first, then it says 201."""

    answers: list[tuple[int, dict[str, str], bytes]] = field(default_factory=list)
    asked: list[tuple[dict[str, str], dict[str, Any]]] = field(default_factory=list)
    sent: dict[str, dict[str, Any]] = field(default_factory=dict)
    let_answer: threading.Event = field(default_factory=threading.Event)
    url: str = ""

    def __post_init__(self) -> None:
        self.let_answer.set()

    def take(self, headers: dict[str, str], body: dict[str, Any]) -> tuple[int, dict[str, str], bytes]:
        self.asked.append((headers, body))
        self.let_answer.wait(30)
        if self.answers:
            return self.answers.pop(0)
        self.sent.setdefault(headers["idempotency-key"], body)
        return 201, {}, json.dumps({"id": f"gw-{len(self.sent)}"}).encode()


@contextmanager
def sms_gateway() -> Iterator[Gateway]:
    """A gateway on a free port."""
    gateway = Gateway()

    class Answering(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:  # http.server's own name
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            headers = {name.lower(): value for name, value in self.headers.items()}
            status, own, content = gateway.take(headers, body)
            try:
                self.send_response(status)
                for name, value in own.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)
            except OSError:
                return

        def log_message(self, format: str, *args: Any) -> None:
            return

    class Server(ThreadingHTTPServer):
        def handle_error(self, request: Any, client_address: Any) -> None:
            """Clients hang up when they have waited long enough."""

    server = Server(("127.0.0.1", 0), Answering)
    server.daemon_threads = True
    gateway.url = f"http://127.0.0.1:{server.server_port}/sms"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield gateway
    finally:
        gateway.let_answer.set()
        server.shutdown()
        server.server_close()
        thread.join(5)
