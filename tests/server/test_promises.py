"""What was promised in a call leaves: a callback onto the list, a confirmation by SMS; and what waits is shown."""

import datetime as dt
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from config.settings import Settings
from ivr.runtime.clock import ShiftedClock
from ivr.server.delivering import carriers, deliverer
from ivr.server.failing import Stop
from ivr.server.site import Site
from tests.server.conftest import Ivr

OPEN = "2026-11-29T10:00+01:00"
LATER = dt.datetime(2027, 1, 1, tzinfo=dt.UTC)
DECLARED = "1\n3\n10000000014#\n271828#\n2\n2\n1\n1\n"
CALLED_BACK = "1\n4\n1\n"

pytestmark = pytest.mark.usefixtures("menus")


@pytest.fixture
def gateway() -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """An SMS gateway on loopback, and what it was given."""
    given: list[dict[str, Any]] = []

    class Gateway(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            given.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            body = b'{"id": "sms-1"}'
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            return None

    server = ThreadingHTTPServer(("127.0.0.1", 0), Gateway)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/sms", given
    server.shutdown()


def site(tmp_path: Path, **settings: Any) -> Site:
    given = Settings(_env_file=None, data_dir=tmp_path / "data", menus_dir=tmp_path / "menus", **settings)  # type: ignore[call-arg]
    return Site(given, ShiftedClock(LATER))


def test_a_callback_that_was_promised_reaches_the_list_once(ivr: Ivr, tmp_path: Path) -> None:
    assert ivr("talk", "3949", "--at", "2026-11-23T22:00+01:00", "--caller", "0199000042", keyed=CALLED_BACK).returncode == 0
    assert "callback waiting" in ivr("outbox").stdout
    assert "0199000042" not in ivr("outbox").stdout
    assert deliverer(site(tmp_path)).carry_next("callback")
    listed = ivr("callbacks").stdout
    assert listed.count("0199000042") == 1
    assert "1 wait" in listed
    assert "was called back" in ivr("callbacks", "--done", 1).stdout
    assert "0 wait" in ivr("callbacks").stdout
    assert ivr("callbacks", "--done", 1).returncode == 1


def test_a_declaration_is_confirmed_by_sms(ivr: Ivr, tmp_path: Path, gateway: tuple[str, list[dict[str, Any]]]) -> None:
    url, given = gateway
    talked = ivr("talk", "3949", "--at", OPEN, "--caller", "0639980014", keyed=DECLARED)
    assert "C'est enregistré" in talked.stdout
    assert deliverer(site(tmp_path, sms_url=url)).carry_next("sms")
    (message,) = given
    assert "votre actualisation est enregistrée" in json.dumps(message, ensure_ascii=False)
    assert "sms done" in ivr("outbox").stdout


def test_what_no_carrier_is_set_for_waits(ivr: Ivr, tmp_path: Path) -> None:
    ivr("talk", "3949", "--at", OPEN, "--caller", "0639980014", keyed=DECLARED)
    assert set(carriers(site(tmp_path))) == {"callback", "letter"}
    assert "sms waiting" in ivr("outbox").stdout


def test_a_gateway_without_encryption_elsewhere_is_refused(ivr: Ivr, tmp_path: Path) -> None:
    assert ivr("db", "upgrade").returncode == 0
    with pytest.raises(Stop, match="https"):
        carriers(site(tmp_path, sms_url="http://gateway.example.org/sms"))


def test_an_item_that_is_not_parked_is_not_tried_again(ivr: Ivr) -> None:
    assert ivr("db", "upgrade").returncode == 0
    done = ivr("outbox", "--again", 7)
    assert done.returncode == 1
    assert "not parked" in done.stderr + done.stdout
