"""Conversations on a scripted Asterisk: what callers key, hear and get."""

import socket
import threading
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from ivr.engine.commands import BargeIn, Collect, Disconnect, Invoke, KeyEntries, KeyField, Keys, Play, Record
from ivr.engine.events import Disconnected, Heardness, Noinput, Pressed, Recorded
from telephony.agi import SocketAgi
from telephony.channel import AgiChannel
from telephony.line import Line
from tests.telephony.conftest import PROMPT_MS, SILENT, Desk, prompt
from tests.telephony.fake_asterisk import VirtualClock

MENU = KeyEntries(("1", "2", "0", "9"))
IDENTIFIER = KeyField(11, 11)


def ask(keys: Keys, words: str = "menu", bargein: BargeIn = BargeIn.KEYS, flush: bool = False) -> Collect:
    return Collect(prompt(words), keys, None, "fr", bargein, flush=flush)


def typed(keys: str, at_ms: int, every_ms: int = 150) -> list[tuple[int, str]]:
    return [(at_ms + n * every_ms, key) for n, key in enumerate(keys)]


def test_a_key_stops_the_prompt_and_answers(desk: Desk) -> None:
    desk.make("menu")
    event, call = desk.call(lambda channel: channel.collect((), ask(MENU)), keys=[(700, "2")])
    assert event == Pressed(desk.clock.now(), "2", "entry", heard=Heardness(700, PROMPT_MS))
    assert call.heard == [("/sounds/menu", 0, 700)]


def test_silence_is_noinput_after_the_whole_prompt(desk: Desk) -> None:
    desk.make("menu")
    event, _ = desk.call(lambda channel: channel.collect((), ask(MENU)))
    assert event == Noinput(desk.clock.now(), Heardness(PROMPT_MS, PROMPT_MS))
    assert desk.clock.ms == PROMPT_MS + 5_000


def test_where_keys_may_not_interrupt_the_prompt_goes_on_and_the_key_is_kept(desk: Desk) -> None:
    desk.make("menu")
    event, call = desk.call(lambda channel: channel.collect((), ask(MENU, bargein=BargeIn.NONE)), keys=[(500, "1"), (900, "2")])
    assert event == Pressed(desk.clock.now(), "1", "entry", heard=Heardness(PROMPT_MS, PROMPT_MS))
    assert call.heard == [("/sounds/menu", 0, 500), ("/sounds/menu", 500, 900), ("/sounds/menu", 900, PROMPT_MS)]


@pytest.mark.parametrize(
    ("keys", "expected", "ended_by"),
    [
        ("12345678901", "12345678901", "max"),
        ("123#", "123", "#"),
        ("123", "123", "timeout"),
        ("12*345#", "345", "#"),
        ("12345678*9#", "9", "#"),
        ("*", "*", "entry"),
        ("#", "#", "#"),
        ("0#", "0", "#"),
        ("0", "0", "timeout"),
    ],
)
@pytest.mark.parametrize("at_ms", [300, PROMPT_MS + 300])
def test_an_entry_is_read_whole(desk: Desk, keys: str, expected: str, ended_by: str, at_ms: int) -> None:
    desk.make("menu")
    event, call = desk.call(lambda channel: channel.collect((), ask(IDENTIFIER)), keys=typed(keys, at_ms))
    assert isinstance(event, Pressed)
    assert (event.keys, event.ended_by, call.lost) == (expected, ended_by, [])


def test_an_amount_has_a_star_for_its_comma(desk: Desk) -> None:
    desk.make("menu")
    field = KeyField(1, 9, decimal_star=True)
    event, _ = desk.call(lambda channel: channel.collect((), ask(field)), keys=typed("1200*50#", 300))
    assert isinstance(event, Pressed)
    assert (event.keys, event.ended_by) == ("1200*50", "#")


def test_an_unended_entry_ends_with_the_interdigit_time(desk: Desk) -> None:
    desk.make("menu")
    desk.call(lambda channel: channel.collect((), ask(IDENTIFIER)), keys=typed("123", 1_000, 100))
    assert 1_200 + 3_000 - 30 <= desk.clock.ms <= 1_200 + 3_000


def test_the_whole_path_keyed_ahead_is_taken_in_order(desk: Desk) -> None:
    desk.make("bienvenue", "menu", "identifiant", "code")

    def talk(channel: AgiChannel) -> list[object]:
        welcome = Play(prompt("bienvenue"))
        first = channel.collect((welcome,), ask(MENU))
        second = channel.collect((), ask(IDENTIFIER, "identifiant"))
        return [first, second, channel.collect((), ask(KeyField(4, 4), "code"))]

    answers, call = desk.call(talk, keys=typed("1" + "12345678901" + "#" + "0420", 100, 80))
    assert [event.keys for event in answers] == ["1", "12345678901", "0420"]  # type: ignore[attr-defined]
    assert call.lost == []


def test_keys_pressed_while_a_handler_runs_answer_the_next_question(desk: Desk) -> None:
    desk.make("menu", "patience")
    done: Future[object] = Future()

    def talk(channel: AgiChannel) -> object:
        ahead = channel.ahead
        threading.Thread(target=lambda: (wait_until(lambda: ahead.keys == "21"), done.set_result(None))).start()
        channel.hold((), Invoke("x", {}, 5_000, prompt("patience"), "k"), done)
        return channel.collect((), ask(MENU)), channel.ahead.keys

    answer, call = desk.call(talk, keys=[(30, "2"), (400, "1")])
    event, left = answer  # type: ignore[misc]
    assert (event.keys, left, call.lost) == ("2", "1", [])
    assert "menu" not in call.spoken()


@pytest.mark.parametrize("stops", [False, True])
def test_while_waiting_the_next_slice_is_asked_for_before_one_ends(stops: bool) -> None:
    """Asterisk throws away keys that are pressed between two commands."""
    ours, theirs = socket.socketpair()
    theirs.sendall(b"agi_request: agi://h/call\n\n")
    keys: list[str] = []
    done: Future[object] = Future()

    def asterisk() -> None:
        with theirs, theirs.makefile("rb") as commands:
            heard = [commands.readline() for _ in range(2)]
            done.set_result(None)
            theirs.sendall(b"200 result=49\n")
            assert all(command.startswith(b"WAIT FOR DIGIT") for command in heard)
            theirs.sendall(b"200 result=50\n")
            assert commands.read() == b""

    with ThreadPoolExecutor(1) as pool:
        peer = pool.submit(asterisk)
        line = Line(SocketAgi(ours), VirtualClock())

        def on_key(key: str) -> bool:
            keys.append(key)
            return stops

        assert line.wait_while(lambda: 0 if done.done() else 50, on_key) is not stops
        line.leave()
        peer.result(5)
    assert keys == ["1", "2"]


def test_a_slow_handler_is_bridged_by_its_filler(desk: Desk) -> None:
    desk.make("patience")
    done: Future[object] = Future()

    def talk(channel: AgiChannel) -> object:
        threading.Thread(target=lambda: (wait_until(lambda: desk.clock.ms > 12_000), done.set_result(None))).start()
        return channel.hold((), Invoke("x", {}, 5_000, prompt("patience"), "k"), done)

    heardness, call = desk.call(talk)
    assert heardness == Heardness()
    assert call.spoken()[:2] == ["patience", "patience"]
    assert min(call.margins) >= 3_000


def test_before_an_irreversible_act_the_keys_pressed_ahead_are_thrown_away(desk: Desk) -> None:
    desk.make("recap", "menu")

    def talk(channel: AgiChannel) -> object:
        channel.ahead.push("1")
        return channel.collect((Play(prompt("recap")),), ask(MENU, flush=True))

    event, call = desk.call(talk, keys=[(3_000, "2")])
    assert isinstance(event, Pressed)
    assert (event.keys, call.spoken()) == ("2", ["recap", "menu"])


def test_a_hang_up_in_a_prompt_tells_how_much_was_heard(desk: Desk) -> None:
    desk.make("menu")
    event, _ = desk.call(lambda channel: channel.collect((), ask(MENU)), hangup_at=800)
    assert event == Disconnected(desk.clock.now(), "caller", Heardness(800, PROMPT_MS))


@pytest.mark.parametrize("hangup_at", [PROMPT_MS + 500, PROMPT_MS + 1_500])
def test_a_hang_up_while_listening_is_an_event(desk: Desk, hangup_at: int) -> None:
    desk.make("menu")
    event, _ = desk.call(
        lambda channel: channel.collect((), ask(IDENTIFIER)), keys=[(PROMPT_MS + 1_000, "1")], hangup_at=hangup_at
    )
    assert event == Disconnected(desk.clock.now(), "caller", Heardness(PROMPT_MS, PROMPT_MS))


def test_after_a_hang_up_everything_answers_disconnected(desk: Desk) -> None:
    desk.make("menu")

    def talk(channel: AgiChannel) -> list[object]:
        return [channel.collect((), ask(MENU)), channel.record((), Record(SILENT, "m")), channel.disconnect((), Disconnect())]

    answers, _ = desk.call(talk, hangup_at=100)
    assert [type(answer) for answer in answers] == [Disconnected] * 2 + [Disconnected]  # type: ignore[attr-defined]


def test_a_prompt_that_is_not_made_yet_is_made_while_keys_are_taken(desk: Desk) -> None:
    desk.voice.unmade.add("menu")
    event, call = desk.call(lambda channel: channel.collect((), ask(MENU)), keys=[(1_900, "1")])
    assert isinstance(event, Pressed)
    assert (event.keys, call.spoken(), call.lost) == ("1", ["menu"], [])


def test_a_missing_prompt_file_is_made_again(desk: Desk) -> None:
    _, call = desk.call(lambda channel: channel.collect((), ask(MENU)), keys=[(1_900, "1")])
    assert call.spoken() == ["menu"]


def test_a_prompt_that_asterisk_cannot_read_is_replaced_and_the_menu_still_answers(desk: Desk) -> None:
    desk.make("menu")
    desk.sounds.unreadable.add("menu")
    event, call = desk.call(lambda channel: channel.collect((), ask(MENU)), keys=[(2_500, "0")])
    assert isinstance(event, Pressed)
    assert (event.keys, call.spoken()) == ("0", ["trouble"])


def test_without_any_voice_the_packaged_sentence_is_heard(desk: Desk) -> None:
    desk.voice.broken.add("menu")
    event, call = desk.call(lambda channel: channel.collect((), ask(MENU)))
    assert isinstance(event, Noinput)
    assert call.spoken() == ["trouble"]


def test_a_message_is_recorded_until_hash(desk: Desk) -> None:
    desk.make("message")
    event, call = desk.call(lambda channel: channel.record((), Record(prompt("message"), "m")), keys=[(PROMPT_MS + 1_500, "#")])
    assert event == Recorded(desk.clock.now(), "c-1-1.wav", 1_500, "#", Heardness(PROMPT_MS, PROMPT_MS))
    assert "RECORD FILE /sounds/recordings/c-1-1 wav # 120000 BEEP s=4" in call.commands


def test_what_was_recorded_before_a_hang_up_is_kept(desk: Desk) -> None:
    event, _ = desk.call(lambda channel: channel.record((), Record(SILENT, "m")), hangup_at=900)
    assert event == Recorded(desk.clock.now(), "c-1-1.wav", 900, "hangup")


def test_the_end_says_goodbye_and_tells_the_dialplan(desk: Desk) -> None:
    desk.make("au_revoir")

    def talk(channel: AgiChannel) -> object:
        channel.ahead.push("5")
        return channel.disconnect((Play(prompt("au_revoir")),), Disconnect("completed"))

    event, call = desk.call(talk)
    assert event == Disconnected(desk.clock.now(), "engine", Heardness(PROMPT_MS, PROMPT_MS))
    assert (call.spoken(), call.variables["IVR_DONE"]) == (["au_revoir"], "completed")


def test_an_engine_fault_leaves_the_call_to_the_dialplan(desk: Desk) -> None:
    def talk(_: AgiChannel) -> object:
        raise LookupError("our fault")

    call = desk.ring(talk)
    with pytest.raises(LookupError):
        desk.answer()
    assert "IVR_DONE" not in call.ended().variables


def wait_until(condition: object) -> None:
    """Bounded: a test that hangs says so."""
    tick = threading.Event()
    for _ in range(5_000):
        if condition():  # type: ignore[operator]
            return
        tick.wait(0.001)
    raise AssertionError("never happened")
