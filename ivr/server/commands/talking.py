"""`ivr talk` and `ivr call`: the service in the terminal, and a real call through Asterisk."""

import contextlib
import datetime as dt
import secrets
import time
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from config.settings import load_settings
from handlers.demo.filling import fill
from ivr.engine.flow import Flow
from ivr.engine.prompts import Prompt
from ivr.engine.session import Turn
from ivr.ports.synthesizer import SynthesisError
from ivr.records.schema import upgrade
from ivr.records.shipper import Shipper
from ivr.runtime.clock import ShiftedClock, SystemClock
from ivr.runtime.loop import drive
from ivr.runtime.vault import Vault
from ivr.server.commands.folders import service_folders
from ivr.server.commands.up import PEOPLE, SEED
from ivr.server.failing import Stop, stopping
from ivr.server.publishing import publish_folder
from ivr.server.recording import conversation
from ivr.server.site import Site
from ivr.server.telling import told
from ivr.server.terminal import Terminal, keyboard
from speech.player import Player
from telephony.ami import Ami, AmiError, AmiSettings
from telephony.robot import Script, place_call

out = Console(highlight=False, soft_wrap=True)

NUMBER = "3949"
CALLER = "0199000001"
POLL_S = 0.2


def _write(line: str) -> None:
    out.print(line, markup=False)


@stopping
def talk(
    number: Annotated[str, typer.Argument(help="the number dialled")] = NUMBER,
    at: Annotated[str, typer.Option(help="another moment, such as 2026-12-24T20:00+01:00")] = "",
    caller: Annotated[str, typer.Option(help="the caller's number")] = CALLER,
    language: Annotated[str, typer.Option()] = "",
    play: Annotated[bool, typer.Option("--play", help="hear the prompts too")] = False,
    record: Annotated[Path | None, typer.Option(help="write what you do as a conversation to this file")] = None,
) -> None:
    """Talk to a service here: type keys or words, an empty line is silence, Ctrl-D hangs up."""
    settings = load_settings()
    clock = ShiftedClock(_moment(at)) if at else SystemClock()
    site = Site(settings, clock)
    upgrade(settings.guichet_database)
    if not settings.information_system_url:
        fill(settings.demo_database, SEED, clock.now().date(), PEOPLE)
    flow = _answering(site, number)
    terminal = Terminal(clock, keyboard, _write, _speaker(site) if play else None)
    call = site.call(f"talk-{secrets.token_hex(6)}", number, caller, language, "terminal")
    turns: list[Turn] = []
    drive(flow, call, terminal, site.ports(turns.append), Vault(caller))
    site.journal.close()
    Shipper(site.database, settings.journal_dir).ship()
    site.invoker.close()
    if record is not None:
        record.write_text(conversation(call, terminal.actions, turns, caller), encoding="utf-8")
        out.print(f"wrote {record}", markup=False)
    out.print(f"call {call.id}: ivr show {call.id}", markup=False)


def _moment(text: str) -> dt.datetime:
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        raise Stop(f"--at takes a moment such as 2026-12-24T20:00+01:00, not {text!r}") from None
    return moment.astimezone() if moment.tzinfo is None else moment


def _answering(site: Site, number: str) -> Flow:
    """The service on disk that owns the number."""
    flows = [publish_folder(site, folder) for folder in service_folders(site.settings.menus_dir)]
    for flow in flows:
        if number in flow.numbers:
            return flow
    known = ", ".join(number for flow in flows for number in flow.numbers)
    raise Stop(f"no service answers {number}; known numbers: {known}")


def _speaker(site: Site):  # type: ignore[no-untyped-def]  # one closure
    player = Player()

    def speak(prompt: Prompt) -> None:
        with contextlib.suppress(SynthesisError):
            player.play(site.synthesizer.audio(prompt, 5_000).path)

    return speak


@stopping
def call(
    number: Annotated[str, typer.Argument(help="the number to call")] = NUMBER,
    keys: Annotated[str, typer.Option(help="keys to press: 0-9 * #, w waits half a second, W a second")] = "",
    caller: Annotated[str, typer.Option(help="the caller's number")] = CALLER,
    stay: Annotated[int, typer.Option(help="seconds to stay on the line after the last key", min=0, max=600)] = 20,
) -> None:
    """Place a real call through Asterisk and follow it turn by turn."""
    settings = load_settings()
    site = Site(settings)
    ami = Ami(AmiSettings(settings.ami_host, settings.ami_port, settings.ami_user, settings.ami_secret))
    ami.start()
    try:
        if not ami.wait_connected(4_000):
            raise Stop(f"Asterisk's manager does not answer at {settings.ami_host}:{settings.ami_port}: is 'ivr up' running?")
        call_id = place_call(ami, "guichet", number, Script(keys or DEMONSTRATION, stay, caller))
        out.print(f"call {call_id}", markup=False)
        _follow(site, call_id, stay + 90)
    except (AmiError, ValueError) as error:
        raise Stop(str(error)) from None
    finally:
        ami.stop()


DEMONSTRATION = "WWWW1WWWWWW1WWWWWW10000000014#WWWWWW271828#WWWWWWWWWWWWWWWWW1WWWWWW"
"""French, next payment, the first invented caller and her code, yes."""


def _follow(site: Site, call_id: str, limit_s: int) -> None:
    """Print turns as the journal gets them."""
    shown = 0
    deadline = time.monotonic() + limit_s
    while time.monotonic() < deadline:
        turns = site.records.transcript(call_id)
        for turn in turns[shown:]:
            for line in told(turn, clear=True):
                _write(line)
        shown = len(turns)
        if turns and turns[-1].ended:
            out.print(f"outcome: {turns[-1].session.outcome}", markup=False)
            return
        time.sleep(POLL_S)
    raise Stop(
        "the call has not ended; 'ivr calls' shows how far it went" if shown else "the call did not reach Guichet: 'ivr doctor'"
    )
