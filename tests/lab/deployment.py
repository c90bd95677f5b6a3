"""The whole product on the run's Asterisk: a service of the repository, its own data folder, queue, dialplan and engine.

Rule: what a test changes is in its own copies; prompts are made once for the whole run.
"""

import dataclasses
import fcntl
import os
import re
import secrets
import shutil
import signal
import subprocess
import sys
import wave
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

from config.lab.asterisk import Asterisk
from config.lab.ports import free_ports
from config.settings import Settings
from handlers.demo.filling import fill
from ivr.engine.commands import Collect, Play
from ivr.engine.prompts import Prompt, Text
from ivr.engine.session import Turn
from ivr.records.reading import CallRecord
from ivr.records.schema import upgrade
from ivr.server.asterisk_plan import plan
from ivr.server.publishing import publish_folder
from ivr.server.rendering import NET, render_flow, render_net
from ivr.server.site import Site
from ivr.server.telling import told
from telephony.ami import Ami, AmiSettings
from telephony.dialplan.render import render
from telephony.dialplan.settings import Account
from tests.lab.counter import wait_until
from tests.lab.ear import Found, Heard
from tests.lab.g711 import Samples
from tests.lab.sipp import Phone

MENUS = Path(__file__).resolve().parents[2] / "menus"
ALWAYS = 'monday to sunday: "00:00-24:00"'
NEVER = "monday to sunday: closed"
SEED = 3949
MANAGER = "essai-essai"


@dataclass
class Deployment:
    """One Guichet. `number` reaches it from the lab's callers; `people` can be called in as."""

    asterisk: Asterisk
    folder: Path
    name: str
    number: str
    site: Site
    environment: dict[str, str]
    engines: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start(self) -> subprocess.Popen[bytes]:
        """An engine, once it answers."""
        with (self.folder / "engine.log").open("ab") as log:
            engine = subprocess.Popen(
                [sys.executable, "-m", "ivr.server", "serve"],
                env=self.environment,
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
            )
        self.engines.append(engine)
        wait_until(lambda: "fastagi_listens" in self.log, 30.0)
        return engine

    @property
    def log(self) -> str:
        path = self.folder / "engine.log"
        return path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""

    def calls(self) -> list[CallRecord]:
        return self.site.records.calls()

    def ended(self, limit_s: float = 5.0) -> CallRecord:
        """The one call of this deployment, once the journal has its end."""
        wait_until(lambda: [call for call in self.calls() if call.outcome], limit_s)
        (call,) = self.calls()
        return call

    def transcript(self) -> list[Turn]:
        return self.site.records.transcript(self.ended().id)

    def prompts(self) -> list[Samples]:
        """The sounds of what the engine asked to be said, in order, empty prompts left out."""
        asked = [command for turn in self.transcript() for command in turn.commands if isinstance(command, (Play, Collect))]
        return [samples(self.site.synthesizer.audio(each.prompt, 10_000).path) for each in asked if each.prompt.parts]

    def said(self) -> str:
        """What was said and done, as `ivr show` prints it."""
        return "\n".join(line for turn in self.transcript() for line in told(turn, clear=True))

    def file(self, text: str, language: str = "fr") -> Path:
        """Where a sentence stands in the cache."""
        return self.site.synthesizer.audio(Prompt((Text(text),), language), 10_000).path

    def sound(self, text: str, language: str = "fr") -> Samples:
        """What the voice made of a sentence."""
        return samples(self.file(text, language))

    def packaged(self, sentence: str) -> Samples:
        """A sentence that was rendered at installation."""
        assert sentence in NET["fr"]
        return samples(self.site.settings.prompts_dir / "net" / f"{sentence}-fr.wav")

    def first_help(self, heard: Heard, after_ms: int = 0) -> Found:
        """The first packaged sentence that was heard."""
        found = [heard.since(after_ms).follow(self.packaged(name)) for name in NET["fr"]]
        places = [place for place in found if place.score > 0.7]
        assert places, "no sentence of the net was heard"
        first = min(places, key=lambda place: place.at_ms)
        return Found(first.at_ms + after_ms, first.score)

    @contextmanager
    def manager(self) -> Iterator[list[str]]:
        """All that the manager interface tells, with the rights of our own manager.conf."""
        ami = Ami(AmiSettings(port=self.asterisk.ports.manager, user=f"m{self.name}", secret=MANAGER))
        told: list[str] = []
        ami.listen(lambda event: told.append(f"{event.name} {dict(event.fields)}"))
        ami.start()
        assert ami.wait_connected(5_000)
        yield told
        ami.stop()

    def close(self) -> None:
        for engine in self.engines:
            engine.send_signal(signal.SIGCONT)
            engine.kill()
            engine.wait()
        for kind in ("extensions.d", "queues.d", "manager.d"):
            (self.asterisk.folder / "etc" / kind / f"{self.name}.conf").unlink(missing_ok=True)


def samples(path: Path) -> Samples:
    with wave.open(str(path)) as file:
        return np.frombuffer(file.readframes(file.getnframes()), dtype=np.int16)


Deploy = Callable[..., Deployment]


@pytest.fixture
def deploy(phone: Phone, dialplan: Callable[[str], str], asterisk: Asterisk) -> Iterator[Deploy]:
    """Sets up and, unless told otherwise, starts one; all are taken down at the end."""
    opened: list[Deployment] = []

    def build(
        *,
        hours: str = ALWAYS,
        members: tuple[str, ...] = (),
        wait_s: int = 4,
        people: int = 0,
        started: bool = True,
        edit: Callable[[Path], None] = lambda menus: None,
        **settings: object,
    ) -> Deployment:
        name = f"g{secrets.token_hex(3)}"
        folder = phone.folder / name
        menus = Path(shutil.copytree(MENUS / "france-emploi", folder / "menus" / "france-emploi"))
        own_queue(menus, f"q{name}", hours)
        edit(menus)
        environment = environment_of(folder, settings)
        site = Site(Settings(_env_file=None, **settings_of(environment)))  # type: ignore[call-arg,arg-type]
        deployment = Deployment(asterisk, folder, name, "", site, environment)
        opened.append(deployment)
        prepare(deployment, menus, members, wait_s, people)
        deployment.number = dialplan(f"Goto({name},3949,1)")
        if started:
            deployment.start()
        return deployment

    yield build
    for deployment in opened:
        deployment.close()


def own_queue(menus: Path, queue: str, hours: str) -> None:
    """Queues are known by name to the whole Asterisk: this deployment has one of its own, with the hours of the test."""
    for path in menus.glob("*.yaml"):
        text = path.read_text(encoding="utf-8")
        path.write_text(re.sub(r"\bconseillers\b(?=\s*(?:[:}]|$))", queue, text, flags=re.MULTILINE), encoding="utf-8")
    service = menus / "service.yaml"
    text = service.read_text(encoding="utf-8")
    changed = re.sub(rf"(^hours:\n  {queue}:\n)(?:    .*\n|\n)+", rf"\g<1>    {hours}\n\n", text, flags=re.MULTILINE)
    assert changed != text
    service.write_text(changed, encoding="utf-8")


def environment_of(folder: Path, settings: dict[str, object]) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GUICHET_")}
    own = {"data_dir": folder / "data", "menus_dir": folder / "menus", "agi_port": free_ports(1)[0], **settings}
    return kept | {f"GUICHET_{name.upper()}": str(value) for name, value in own.items()}


def settings_of(environment: dict[str, str]) -> dict[str, str]:
    prefix = "GUICHET_"
    return {name[len(prefix) :].lower(): value for name, value in environment.items() if name.startswith(prefix)}


def prepare(deployment: Deployment, menus: Path, members: tuple[str, ...], wait_s: int, people: int) -> None:
    """What `ivr up` does, but for an Asterisk that is there."""
    site, name = deployment.site, deployment.name
    settings = site.settings
    for folder in (settings.journal_dir, settings.recordings_dir, settings.callbacks_dir):
        folder.mkdir(parents=True)
    for folder in (settings.recordings_dir, settings.callbacks_dir):
        folder.chmod(0o777)
    upgrade(settings.guichet_database)
    fill(settings.demo_database, SEED, site.clock.now().date(), people)
    flow = publish_folder(site, menus)
    shared = Path(os.environ["GUICHET_TEST_FOLDER"]) / "prompts"
    with (shared.parent / "prompts.lock").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        if shared.exists():
            shutil.copytree(shared, settings.prompts_dir)
        render_net(settings.prompts_dir / "net", site.synthesizer)
        assert render_flow(flow, site.synthesizer) == 0
        if not shared.exists():
            shutil.copytree(settings.prompts_dir, shared)
    given = plan(settings, [flow], members=members)
    queues = tuple(dataclasses.replace(queue, wait_s=wait_s, ring_s=3) for queue in given.queues)
    files = render(dataclasses.replace(given, context=name, queues=queues, message_s=8, manager=Account(f"m{name}", MANAGER)))
    deployment.asterisk.extend(f"queues.d/{name}.conf", re.sub(r"\[general\][^\[]*", "", files["queues.conf"]))
    deployment.asterisk.extend(f"extensions.d/{name}.conf", files["extensions.conf"])
    account = re.sub(rf"(?s)^.*?(?=\[m{name}\])", "", files["manager.conf"])
    deployment.asterisk.extend(f"manager.d/{name}.conf", account)
