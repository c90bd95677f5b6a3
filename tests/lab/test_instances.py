"""Private Asterisks start, end, and survive the crash of whoever started them."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.lab import registry
from config.lab.asterisk import Asterisk, AsteriskFailed, attach, start, this_process
from config.lab.processes import ProcessId, identify, is_alive, wait_until_gone
from tests.lab.plugin import require_lab

pytestmark = pytest.mark.lab


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    require_lab()
    folder = tmp_path / "asterisk"
    yield folder
    if left := attach(folder):
        left.stop()


def test_an_instance_can_be_found_again_and_leaves_nothing_mounted(home: Path) -> None:
    first = start(home)
    assert attach(home) == first
    assert str(home) not in Path("/proc/mounts").read_text(encoding="utf-8")
    first.stop()
    assert attach(home) is None


def test_two_instances_run_side_by_side(home: Path, tmp_path: Path) -> None:
    first = start(home)
    second = start(tmp_path / "second")
    assert first.running
    assert second.running
    assert first.ports.sip != second.ports.sip
    second.stop()
    assert "fully booted" in first.rx("core waitfullybooted")


def test_a_start_in_the_same_folder_takes_the_place_of_the_one_that_ran(home: Path) -> None:
    first = start(home)
    second = start(home)
    assert not first.running
    assert second.running


def test_an_instance_whose_owner_crashed_is_ended_by_the_next_sweep(home: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as owner:
        known = identify(owner.pid)
        assert known is not None
        orphan = start(home, owner=known)
        registry.sweep()
        assert orphan.running
        owner.send_signal(signal.SIGKILL)
        owner.wait()
    registry.sweep()
    assert wait_until_gone(orphan.process, 5)


def test_a_number_that_went_to_another_process_is_nobody_of_ours() -> None:
    me = this_process()
    assert is_alive(me)
    assert not is_alive(ProcessId(me.pid, me.started + 1))


def test_a_configuration_that_asterisk_refuses_is_told_with_its_last_words(home: Path) -> None:
    with pytest.raises(AsteriskFailed, match="did not boot"):
        start(home, {"asterisk.conf": "[directories]\nastmoddir => /nowhere\n"}, timeout_s=5)


def test_shared_folders_are_seen_under_their_own_path(home: Path, tmp_path: Path) -> None:
    prompts = tmp_path / "prompts"
    prompts.mkdir()
    (prompts / "list.conf").write_text("[greeting]\nexten => 1,1,Answer()\n", encoding="utf-8")
    instance: Asterisk = start(home, {"extensions.conf": f'#include "{prompts}/list.conf"\n'}, shared=[prompts])
    assert "Answer()" in instance.rx("dialplan show greeting")
