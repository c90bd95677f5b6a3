"""What goes wrong behind a call of the whole product, and how soon its caller hears something that helps."""

import socket
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from config.lab.accounts import fixed_phone
from config.lab.asterisk import Asterisk
from config.lab.ports import free_ports
from tests.lab.actions import AwaitEnd, HangUp, Keys, Wait
from tests.lab.counter import wait_until
from tests.lab.deployment import ALWAYS, NEVER, Deploy, Deployment
from tests.lab.sipp import Phone

pytestmark = pytest.mark.lab

IDENTIFIED = Keys("1110000000014#271828")
KEYED_MS = 300 + 20 * 180
"""When the last key of `IDENTIFIED` is pressed."""


@pytest.fixture
def agent(asterisk: Asterisk) -> int:
    """An agent's telephone, at the port of this number."""
    port = free_ports(1, step=4)[0]
    asterisk.extend(f"pjsip.d/agent{port}.conf", fixed_phone(f"agent{port}", port, "lab"))
    return port


@pytest.fixture
def deaf() -> Iterator[str]:
    """The address of a server that takes requests and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        taken: list[socket.socket] = []

        def serve() -> None:
            while True:
                try:
                    taken.append(door.accept()[0])
                except OSError:
                    return

        threading.Thread(target=serve, daemon=True).start()
        yield f"http://127.0.0.1:{door.getsockname()[1]}"
        door.shutdown(socket.SHUT_RDWR)
        for line in taken:
            line.close()


def hears_within(guichet: Deployment, heard: object, text: str, after_ms: int, within_ms: int) -> None:
    place = heard.follow(guichet.sound(text))  # type: ignore[attr-defined]
    assert place.score > 0.7, text
    assert after_ms - 500 < place.at_ms < after_ms + within_ms


def test_an_engine_that_is_killed_at_night_leaves_a_message_to_be_left(phone: Phone, deploy: Deploy) -> None:
    guichet = deploy(hours=NEVER, started=False)
    engine = guichet.start()
    call = phone.dial(guichet.number, Wait(16_000), Keys("#"), AwaitEnd(10_000), caller="0199000042")
    wait_until(lambda: guichet.calls(), 10.0)
    threading.Timer(2.0, engine.kill).start()
    heard = call.finish().heard
    assert guichet.first_help(heard).at_ms < 3_500 + 1_000
    assert len(list(guichet.site.settings.callbacks_dir.glob("*.wav"))) == 1


def test_an_engine_that_is_killed_by_day_leaves_the_caller_to_an_agent(phone: Phone, deploy: Deploy, agent: int) -> None:
    guichet = deploy(hours=ALWAYS, members=(f"PJSIP/agent{agent}",), wait_s=15)
    with phone.callee(agent, talk_ms=1_000) as callee:
        call = phone.dial(guichet.number, AwaitEnd(25_000))
        wait_until(lambda: guichet.calls(), 10.0)
        guichet.engines[0].kill()
        finished = call.finish()
        assert callee.went.answered is not None
    assert finished.ended_by == "other side"


def test_an_engine_that_is_started_again_answers_the_next_caller(phone: Phone, deploy: Deploy) -> None:
    guichet = deploy()
    guichet.engines[0].kill()
    guichet.engines[0].wait()
    (guichet.folder / "engine.log").unlink()
    guichet.start()
    call = phone.call(guichet.number, Wait(5_000), HangUp())
    assert call.heard.follow(guichet.sound("Bienvenue à France Emploi.")).score > 0.7


@pytest.mark.parametrize("hours", [ALWAYS, NEVER])
def test_an_information_system_that_never_answers_is_told_within_ten_seconds(
    phone: Phone, deploy: Deploy, deaf: str, hours: str
) -> None:
    guichet = deploy(hours=hours, information_system_url=deaf, information_system_timeout_ms=60_000)
    call = phone.call(guichet.number, Wait(300), IDENTIFIED, AwaitEnd(16_000))
    hears_within(guichet, call.heard, "Je vérifie.", KEYED_MS, 2_500)
    hears_within(guichet, call.heard, "Je ne peux pas vérifier votre identité pour le moment.", KEYED_MS, 10_000)


def test_a_database_that_is_locked_is_told_within_seconds_and_the_call_goes_on(phone: Phone, deploy: Deploy) -> None:
    guichet = deploy(hours=NEVER)
    path = guichet.site.settings.root / "guichet.sqlite"
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        call = phone.call(guichet.number, Wait(300), IDENTIFIED, AwaitEnd(14_000))
        other.execute("ROLLBACK")
    hears_within(guichet, call.heard, "Je vérifie.", KEYED_MS, 2_000)
    hears_within(guichet, call.heard, "Je ne peux pas vérifier votre identité pour le moment.", KEYED_MS, 6_000)
    assert guichet.ended(10.0).turns > 3


def test_a_prompt_that_is_missing_is_made_or_replaced_within_a_second(phone: Phone, deploy: Deploy) -> None:
    guichet = deploy()
    welcome = guichet.file("Bienvenue à France Emploi.")
    for path in guichet.site.settings.prompts_dir.rglob("*.wav"):
        if path.parent.name != "net":
            path.unlink()
    call = phone.call(guichet.number, Wait(9_000), HangUp())
    heard = call.heard.first_sound_ms()
    assert heard is not None
    assert heard < 1_000
    if "prompt_replaced" in guichet.log:
        assert call.heard.follow(guichet.packaged("unheard")).score > 0.7
    else:
        assert welcome.exists()


def test_a_callback_that_was_promised_is_stored_before_the_words(phone: Phone, deploy: Deploy) -> None:
    guichet = deploy(hours=NEVER)
    call = phone.dial(guichet.number, Wait(300), Keys("10"), Wait(9_000), Keys("1"), AwaitEnd(20_000), caller="0199000042")
    wait_until(lambda: stored(guichet.site.settings.root / "guichet.sqlite"), 20.0)
    guichet.engines[0].kill()
    call.finish()
    assert stored(guichet.site.settings.root / "guichet.sqlite") == [("callback", "stored")]


def stored(path: Path) -> list[tuple[str, str]]:
    with closing(sqlite3.connect(path)) as database:
        return database.execute("SELECT kind, status FROM requests").fetchall()
