"""The lab itself: keys arrive, what is heard can be measured, phones register and answer. Native dialplan only."""

import wave
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from config.lab.accounts import fixed_phone
from config.lab.asterisk import Asterisk
from config.lab.ports import free_ports
from tests.lab.actions import AwaitEnd, HangUp, Keys, Speak, Wait
from tests.lab.g711 import Samples
from tests.lab.plugin import SOFTPHONE
from tests.lab.sipp import Phone

AddExtension = Callable[[str], str]


def tone(frequency: int, ms: int) -> Samples:
    """A beep."""
    return (8000 * np.sin(2 * np.pi * frequency * np.arange(8 * ms) / 8000)).astype(np.int16)


def chirp(ms: int) -> Samples:
    """A sound that is like itself at one place only."""
    seconds = np.arange(8 * ms) / 8000
    return (8000 * np.sin(2 * np.pi * (400 + 700 * seconds) * seconds)).astype(np.int16)


def write_wav(file: Path, samples: Samples) -> str:
    """Writes a prompt; answers its name for Asterisk, without the ending."""
    with wave.open(str(file), "wb") as out:
        out.setparams((1, 2, 8000, 0, "NONE", ""))
        out.writeframes(samples.astype("<i2").tobytes())
    return str(file.with_suffix(""))


@pytest.fixture
def scratch(phone: Phone) -> Path:
    """A folder that Asterisk sees too."""
    phone.folder.mkdir(parents=True, exist_ok=True)
    return phone.folder


def test_keys_of_a_caller_arrive_in_order_and_doubled(phone: Phone, dialplan: AddExtension, asterisk: Asterisk) -> None:
    number = dialplan("""
        Answer()
        Read(KEYED,,11,,1,5)
        Set(DB(keyed/${EXTEN})=${KEYED})
        Hangup()
    """)
    call = phone.call(number, Wait(300), Keys("11223344550"), AwaitEnd(5000))
    assert call.completed
    assert call.ended_by == "other side"
    assert asterisk.rx(f"database get keyed {number}").split() == ["Value:", "11223344550"]


def test_the_caller_hears_the_very_prompt_and_when(phone: Phone, dialplan: AddExtension, scratch: Path) -> None:
    prompt = chirp(1200)
    number = dialplan(f"""
        Answer()
        Wait(0.5)
        Playback({write_wav(scratch / "prompt.wav", prompt)})
        Wait(0.3)
    """)
    call = phone.call(number, AwaitEnd(6000))
    found = call.heard.find(prompt)
    assert found.score > 0.98
    assert 450 <= found.at_ms <= 1500
    assert call.heard.first_sound_ms() == pytest.approx(found.at_ms, abs=40)
    assert call.heard.find(tone(700, 1000)).score < 0.5


def test_what_the_caller_says_reaches_asterisk(phone: Phone, dialplan: AddExtension, scratch: Path) -> None:
    number = dialplan(f"""
        Answer()
        Record({scratch}/said.wav,0,4,kq)
    """)
    words = chirp(1500)
    call = phone.call(number, Wait(500), Speak(words), Wait(300), HangUp())
    assert call.completed
    assert call.ended_by == "caller"
    with wave.open(str(scratch / "said.wav")) as said:
        samples = np.frombuffer(said.readframes(said.getnframes()), dtype="<i2").astype(np.int16)
    assert type(call.heard)(samples).find(words).score > 0.95


def test_a_number_that_nobody_has_is_refused(phone: Phone) -> None:
    call = phone.call("000", AwaitEnd(1000))
    assert not call.completed
    assert call.ended_by == "refused"
    assert call.went.refusal is not None
    assert call.went.refusal.startswith("404")


def test_a_softphone_registers_and_calls_with_its_account(phone: Phone, dialplan: AddExtension, asterisk: Asterisk) -> None:
    number = dialplan("""
        Answer()
        Set(DB(channel/${EXTEN})=${CHANNEL(endpoint)})
        Hangup()
    """)
    assert phone.register(*SOFTPHONE) == 0
    assert phone.register(SOFTPHONE[0], "wrong") != 0
    call = phone.call(number, AwaitEnd(2000), account=SOFTPHONE)
    assert call.completed
    assert asterisk.rx(f"database get channel {number}").split() == ["Value:", SOFTPHONE[0]]


def test_a_callee_answers_and_hangs_up(phone: Phone, dialplan: AddExtension, asterisk: Asterisk) -> None:
    port = free_ports(1, step=4)[0]
    name = f"agent{port}"
    asterisk.extend(f"pjsip.d/{name}.conf", fixed_phone(name, port, "lab"))
    number = dialplan(f"""
        Answer()
        Dial(PJSIP/{name},5,g)
        Set(DB(dialled/${{EXTEN}})=${{DIALSTATUS}})
        Wait(0.2)
    """)
    with phone.callee(port, ring_ms=300, talk_ms=700) as agent:
        call = phone.call(number, AwaitEnd(8000))
        assert agent.went.ended_by == "caller"  # seen from the agent's side: who sent BYE
    assert call.ended_by == "other side"
    assert asterisk.rx(f"database get dialled {number}").split() == ["Value:", "ANSWER"]


def test_ten_callers_at_once_are_not_mixed_up(phone: Phone, dialplan: AddExtension, asterisk: Asterisk) -> None:
    number = dialplan("""
        Answer()
        Read(KEYED,,10,,1,5)
        Set(DB(mixed/${CALLERID(num)})=${KEYED})
        Hangup()
    """)
    callers = [f"01990000{index:02d}" for index in range(10)]
    under_way = [phone.dial(number, Wait(200), Keys(caller), AwaitEnd(5000), caller=caller, listen=False) for caller in callers]
    assert all(call.finish().completed for call in under_way)
    keyed = {caller: asterisk.rx(f"database get mixed {caller}").split()[-1] for caller in callers}
    assert keyed == {caller: caller for caller in callers}


def test_a_load_of_calls_at_a_steady_rate_completes(phone: Phone, dialplan: AddExtension) -> None:
    number = dialplan("""
        Answer()
        Read(KEYED,,2,,1,5)
        Hangup()
    """)
    load = phone.load(number, Wait(200), Keys("42"), AwaitEnd(5000), calls=20, per_second=20)
    assert (load.completed, load.failed) == (20, 0)
    assert load.seconds < 15
