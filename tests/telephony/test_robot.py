"""The robot says what it presses, and nothing that Asterisk would take for more."""

import pytest

from telephony.ami import Ami, AmiSettings
from telephony.robot import Script, place_call
from tests.telephony.fake_manager import FakeManager


@pytest.mark.parametrize("keys", ["1,System(x)", "1\n", "12 3", "x", "1" * 201])
def test_what_is_no_key_is_refused(keys: str) -> None:
    with pytest.raises(ValueError):
        Script(keys)


def test_a_call_is_placed_under_an_id_of_its_own() -> None:
    manager = FakeManager()
    ami = Ami(AmiSettings(port=manager.port, secret="essai"))
    ami.start()
    assert ami.wait_connected(5_000)
    call_id = place_call(ami, "guichet", "3949", Script("ww1w12345678901#"))
    ami.stop()
    while (action := manager.actions.get(timeout=5))["Action"] != "Originate":
        pass
    manager.close()
    assert action["OtherChannelId"] == call_id
    assert action["Channel"] == "Local/3949@guichet/n"
    with pytest.raises(ValueError):
        place_call(ami, "guichet", "39/49", Script())
