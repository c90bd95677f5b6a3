"""The manager interface: what it may say, what it survives."""

import queue
from collections.abc import Iterator

import pytest

from telephony.ami import Ami, AmiError, AmiEvent, AmiSettings, UnsafeValue
from tests.telephony.fake_manager import FakeManager


@pytest.fixture
def manager() -> Iterator[FakeManager]:
    it = FakeManager()
    yield it
    it.close()


@pytest.fixture
def ami(manager: FakeManager) -> Iterator[Ami]:
    it = Ami(AmiSettings(port=manager.port, secret="essai", timeout_ms=300, longest_pause_ms=600))
    it.start()
    assert it.wait_connected(5_000)
    yield it
    it.stop()


def next_action(manager: FakeManager, name: str) -> dict[str, str]:
    while (action := manager.actions.get(timeout=5))["Action"] != name:
        pass
    return action


def test_a_call_is_placed(ami: Ami, manager: FakeManager) -> None:
    ami.originate("Local/3949@guichet", "robot", "s", caller="0199000001", variables={"KEYS": "1w2"})
    action = next_action(manager, "Originate")
    assert {name: action[name] for name in ("Channel", "Context", "Exten", "Async", "CallerID", "Variable")} == {
        "Channel": "Local/3949@guichet",
        "Context": "robot",
        "Exten": "s",
        "Async": "true",
        "CallerID": "0199000001",
        "Variable": "KEYS=1w2",
    }


@pytest.mark.parametrize("bad", ["a\r\nAction: Command", "a\nb", "a\0b"])
def test_no_value_can_begin_a_second_action(ami: Ami, manager: FakeManager, bad: str) -> None:
    with pytest.raises(UnsafeValue):
        ami.user_event("Guichet", {"Reason": bad})
    with pytest.raises(UnsafeValue):
        ami.user_event("Guichet", {bad: "x"})
    with pytest.raises(UnsafeValue):
        ami.originate("Local/1@x", "robot", "s", variables={"A": bad})
    assert next_action(manager, "Login")
    assert manager.actions.empty()


def test_a_variable_cannot_bring_another_one(ami: Ami) -> None:
    with pytest.raises(UnsafeValue):
        ami.originate("Local/1@x", "robot", "s", variables={"A": "1,B=2"})


def test_events_reach_listeners_in_order(ami: Ami, manager: FakeManager) -> None:
    heard: queue.Queue[AmiEvent] = queue.Queue()
    ami.listen(lambda _: 1 / 0)
    ami.listen(heard.put)
    manager.say("Event: UserEvent\nUserEvent: one")
    manager.say("Event: UserEvent\nUserEvent: two: three")
    assert [heard.get(timeout=5).fields["UserEvent"] for _ in range(2)] == ["one", "two: three"]


def test_a_queue_is_described_by_its_events(ami: Ami) -> None:
    assert [event.name for event in ami.queue_status("conseillers")] == ["QueueParams", "QueueMember"]


def test_an_idle_connection_lives_on(ami: Ami, manager: FakeManager) -> None:
    """The library's own reading thread ends after its time limit without traffic."""
    heard: queue.Queue[AmiEvent] = queue.Queue()
    ami.listen(heard.put)
    with pytest.raises(queue.Empty):
        heard.get(timeout=0.8)
    manager.say("Event: UserEvent\nUserEvent: late")
    assert heard.get(timeout=5).fields["UserEvent"] == "late"


def test_a_lost_connection_is_made_again(ami: Ami, manager: FakeManager) -> None:
    assert next_action(manager, "Login")
    manager.drop()
    assert next_action(manager, "Login")
    assert ami.wait_connected(5_000)
    assert ami.act("Ping").name == "Success"


def test_an_action_without_an_answer_is_an_error(ami: Ami, manager: FakeManager) -> None:
    manager.deaf.add("Ping")
    with pytest.raises(AmiError):
        ami.act("Ping")


def test_without_asterisk_actions_fail_at_once_and_it_keeps_trying(manager: FakeManager) -> None:
    port = manager.port
    manager.close()
    ami = Ami(AmiSettings(port=port, secret="essai", timeout_ms=300, longest_pause_ms=300))
    ami.start()
    with pytest.raises(AmiError):
        ami.act("Ping")
    again = FakeManager(port=port)
    assert ami.wait_connected(10_000)
    ami.stop()
    again.close()


def test_a_wrong_secret_is_never_taken_for_a_connection(manager: FakeManager) -> None:
    ami = Ami(AmiSettings(port=manager.port, secret="wrong", timeout_ms=300))
    ami.start()
    assert next_action(manager, "Login")
    assert not ami.wait_connected(200)
    ami.stop()


def test_a_blank_line_too_many_loses_no_answer(ami: Ami, manager: FakeManager) -> None:
    """Asterisk's TestEvent ends so."""
    manager.say("Event: TestEvent\nType: StateChange\n")
    assert ami.act("Ping").name == "Success"
