"""The doctor and the robot on a real Asterisk, with the rights that our own manager.conf gives."""

import re

import pytest

from config.lab.asterisk import Asterisk
from telephony.ami import Ami, AmiSettings
from telephony.dialplan.render import render
from telephony.doctor import DoctorSettings, examine
from telephony.robot import Script, place_call
from tests.lab.counter import Build, Counter, wait_until

pytestmark = pytest.mark.lab


def manager(counter: Counter) -> AmiSettings:
    """Gives the counter's own account to the shared Asterisk."""
    text = render(counter.settings)["manager.conf"]
    account = counter.settings.manager
    counter.asterisk.extend(f"manager.d/{counter.name}.conf", re.sub(r"(?s)^.*?(?=\[" + account.name + r"\])", "", text))
    return AmiSettings(port=counter.asterisk.ports.manager, user=account.name, secret=account.secret)


def doctor(counter: Counter, ami: AmiSettings) -> DoctorSettings:
    return DoctorSettings(ami, (f"q{counter.name}",), agi_port=counter.port, context=counter.name)


def test_a_whole_deployment_is_found_well(open_counter: Build) -> None:
    counter = open_counter()
    counter.start_engine()
    findings = examine(doctor(counter, manager(counter)))
    assert [finding for finding in findings if not finding.ok] == []
    assert [finding.name for finding in findings] == [
        "engine", "manager", "version", "clock", "dialplan", "agi", "prompts", "callbacks", "queue",
    ]  # fmt: skip


def test_what_is_missing_is_named(open_counter: Build) -> None:
    counter = open_counter()
    (counter.folder / "trouble-fr.wav").unlink()
    (counter.folder / "callbacks").rmdir()
    findings = examine(doctor(counter, manager(counter)))
    assert [finding.name for finding in findings if not finding.ok] == ["engine", "agi", "prompts", "callbacks"]


def test_the_robot_places_a_call_and_presses_keys(open_counter: Build) -> None:
    counter = open_counter()
    counter.start_engine()
    ami = Ami(manager(counter))
    ami.start()
    assert ami.wait_connected(5_000)
    call_id = place_call(ami, counter.name, "3949", Script("w112345678901", caller="0199000055"))
    wait_until(lambda: "keys='12345678901'" in counter.events, 15)
    assert f"call_id='{call_id}'" in counter.events
    assert "0199000055 Pressed" in counter.events
    ami.stop()


def test_the_manager_account_cannot_do_more_than_it_should(open_counter: Build, asterisk: Asterisk) -> None:
    counter = open_counter()
    ami = Ami(manager(counter))
    ami.start()
    assert ami.wait_connected(5_000)
    for action, fields in (
        ("Command", {"Command": "core show version"}),
        ("GetConfig", {"Filename": "manager.conf"}),
        ("Originate", {"Channel": "Local/s@x", "Application": "System", "Data": "id"}),
        ("Redirect", {"Channel": "x", "Context": "y", "Exten": "s", "Priority": 1}),
    ):
        assert ami.act(action, fields).name == "Error", action
    ami.stop()
    assert asterisk.running
