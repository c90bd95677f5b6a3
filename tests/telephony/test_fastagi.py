"""The server: routes, limits, transfers and the end of its life."""

import socket
import threading
from concurrent.futures import Future

import pytest

from ivr.engine.commands import Disconnect, Transfer
from ivr.engine.events import Disconnected, Heardness, Transferred, TransferResult
from telephony.agi import CallerGone, ProtocolError, SocketAgi
from telephony.arrivals import Arrival, arrival_of, caller_number, route_of
from telephony.channel import AgiChannel
from telephony.fastagi import FastAgiServer, FastAgiSettings
from telephony.returns import Returns
from tests.telephony.conftest import SILENT, Desk
from tests.telephony.fake_asterisk import FakeCall, VirtualClock

TO_AGENTS = Transfer("queue:conseillers", 'demande, "d\'agent"', {}, SILENT, timeout_ms=600_000)


def back(call: FakeCall, desk: Desk, route: str) -> FakeCall:
    """The dialplan calls the process that it left."""
    port = int(call.variables["IVR_HOME"].rsplit(":", 1)[1])
    return FakeCall(port, desk.clock, route, sounds=desk.sounds)


def test_an_arrival_says_who_calls_what(desk: Desk) -> None:
    desk.call(lambda channel: channel.disconnect((), Disconnect()), header={"agi_callerid": "+33 1 99 00 00 01"})
    assert desk.arrivals == [Arrival("c-1", "3949", "+33199000001", "fr")]


@pytest.mark.parametrize(
    ("given", "presentation", "expected"),
    [
        ("0199000001", "0", "0199000001"),
        ("+33 (0)1.99-00", "0", "+33019900"),
        ("0199000001", "32", ""),
        ("0199000001", "67", ""),
        ("unknown", "0", ""),
        ('"a", b', "0", ""),
        ("1" * 500, "0", ""),
        ("☎️", "0", ""),
        ("", "0", ""),
    ],
)
def test_a_caller_number_is_digits_or_nothing(given: str, presentation: str, expected: str) -> None:
    assert caller_number(given, presentation) == expected


@pytest.mark.parametrize("request_", ["", "agi://h", "agi://[h/call", "agi://h/call?" + "a=b&" * 100, "agi://h/../call"])
def test_an_unreadable_request_has_no_route_of_ours(request_: str) -> None:
    assert route_of({"agi_request": request_}).name not in ("call", "resume", "hangup")


def test_a_call_without_an_id_in_its_request_is_known_by_asterisks_own() -> None:
    environment = {"agi_request": "agi://h/call?call=a%20b", "agi_uniqueid": "1790.2", "agi_extension": "3949"}
    assert arrival_of(environment, route_of(environment)) == Arrival("1790.2", "3949", "", "")


def test_a_transfer_leaves_the_call_to_the_dialplan_and_goes_on_when_nobody_answers(desk: Desk) -> None:
    desk.make("menu")

    def talk(channel: AgiChannel) -> object:
        channel.remember("IVR_LANGUAGE", "fr")
        return channel.transfer((), TO_AGENTS), channel.disconnect((), Disconnect())

    call = desk.ring(talk).ended()
    told = {name: value for name, value in call.variables.items() if name not in ("IVR_HOME", "TIMEOUT(absolute)")}
    assert told == {
        "IVR_LANGUAGE": "fr",
        "IVR_REASON": "demande___d_agent_",
        "IVR_TARGET": "conseillers",
        "IVR_WAIT": "600",
        "IVR_FINAL": "0",
        "IVR_NEXT": "queue",
    }
    again = back(call, desk, "resume?call=c-1&outcome=noanswer&waited=42")
    event, end = desk.answer()  # type: ignore[misc]
    assert event == Transferred(desk.clock.now(), TransferResult.NOANSWER, 42_000, Heardness())
    assert end == Disconnected(desk.clock.now(), "engine")
    assert again.ended().variables["IVR_DONE"] == "completed"


@pytest.mark.parametrize(
    ("facts", "kind"),
    [("outcome=answered&waited=5", Transferred), ("outcome=noanswer", Disconnected), ("outcome=nonsense", Disconnected)],
)
def test_a_hang_up_during_a_transfer_tells_whether_an_agent_answered(desk: Desk, facts: str, kind: type) -> None:
    call = desk.ring(lambda channel: channel.transfer((), TO_AGENTS)).ended()
    back(call, desk, f"hangup?call=c-1&{facts}").ended()
    assert isinstance(desk.answer(), kind)


def test_nobody_can_take_over_a_call_that_is_not_away(desk: Desk) -> None:
    done: Future[object] = Future()
    call = desk.ring(lambda channel: (done.result(10), channel.disconnect((), Disconnect()))[1])
    stranger = FakeCall(desk.server.port, desk.clock, "resume?call=c-1&outcome=busy").ended()
    done.set_result(None)
    assert stranger.commands == []
    assert isinstance(desk.answer(), Disconnected)
    call.ended()


def test_a_target_that_is_not_a_name_is_never_dialled(desk: Desk) -> None:
    command = Transfer("number:0899000000,,tT", "x", {}, SILENT)
    event, call = desk.call(lambda channel: channel.transfer((), command))
    assert event == Transferred(desk.clock.now(), TransferResult.FAILED)
    assert "IVR_NEXT" not in call.variables


def test_a_ping_is_answered_also_when_every_place_is_taken() -> None:
    release = threading.Event()
    server = FastAgiServer(FastAgiSettings(port=0, calls=1), lambda _a, _b: bool(release.wait(10)), Returns())
    server.start()
    clock = VirtualClock()
    busy = FakeCall(server.port, clock)
    wait_for_calls(server, 1)
    refused = FakeCall(server.port, clock, "call?call=c-2&dialled=3949").ended()
    assert refused.commands == []
    assert FakeCall(server.port, clock, "ping").ended().variables == {"IVR_PONG": "1"}
    release.set()
    busy.ended()
    assert server.drain(5_000)


@pytest.mark.parametrize("idle_s", [30.0, 0.0])
def test_calls_one_after_the_other_and_side_by_side_all_find_a_thread(monkeypatch: pytest.MonkeyPatch, idle_s: float) -> None:
    monkeypatch.setattr("telephony.fastagi.IDLE_THREAD_S", idle_s)
    served: list[int] = []

    def answer(_: Arrival, agi: SocketAgi) -> None:
        served.append(threading.get_ident())
        agi.set_variable("IVR_DONE", "1")

    server = FastAgiServer(FastAgiSettings(port=0), answer, Returns())
    server.start()
    clock = VirtualClock()
    for _ in range(5):
        calls = [FakeCall(server.port, clock, f"call?call=c-{n}&dialled=3949") for n in range(20)]
        assert all(call.ended().variables == {"IVR_DONE": "1"} for call in calls)
    assert len(served) == 100
    assert server.drain(5_000)


def test_draining_lets_calls_end_and_takes_no_new_ones() -> None:
    release = threading.Event()
    server = FastAgiServer(FastAgiSettings(port=0), lambda _a, _b: bool(release.wait(10)), Returns())
    server.start()
    call = FakeCall(server.port, VirtualClock())
    wait_for_calls(server, 1)
    port = server.port
    drained: Future[bool] = Future()
    threading.Thread(target=lambda: drained.set_result(server.drain(10_000))).start()
    for _ in range(2_000):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            break
    else:
        pytest.fail("new calls are still taken")
    release.set()
    assert drained.result(10)
    call.ended()


def test_calls_that_do_not_end_are_cut_off_at_the_drain_limit() -> None:
    gone: Future[str] = Future()

    def answer(_: Arrival, agi: SocketAgi) -> None:
        try:
            agi.wait_for_digit(60_000)
        except CallerGone as error:
            gone.set_result(error.why)

    server = FastAgiServer(FastAgiSettings(port=0), answer, Returns())
    server.start()
    with socket.create_connection(("127.0.0.1", server.port)) as line:
        line.sendall(f"agi_request: agi://127.0.0.1:{server.port}/call?call=c\n\n".encode())
        wait_for_calls(server, 1)
        assert not server.drain(10)
        assert gone.result(10).startswith("line_lost")


@pytest.mark.parametrize(
    "data", [b"", b"GET / HTTP/1.1\r\n\r\n", b"agi_request: agi://h/call\n", b"agi_request: agi://h/nowhere\n\n"]
)
def test_strangers_are_closed_and_the_server_lives(data: bytes) -> None:
    server = FastAgiServer(FastAgiSettings(port=0, header_limit_ms=100), lambda _a, _b: None, Returns())
    server.start()
    with socket.create_connection(("127.0.0.1", server.port), timeout=5) as line:
        line.sendall(data)
        assert line.recv(100) == b""
    assert FakeCall(server.port, VirtualClock(), "ping").ended().variables == {"IVR_PONG": "1"}
    server.drain(0)


def test_an_asterisk_that_never_answers_is_a_lost_line_not_a_hang_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("telephony.agi.GRACE_MS", 50)
    monkeypatch.setattr("telephony.agi.LIMIT_STEP_S", 0.05)
    ours, theirs = socket.socketpair()
    theirs.sendall(b"agi_request: agi://h/call\n\n")
    with theirs:
        agi = SocketAgi(ours)
        theirs.sendall(b"200 result=1 (half of an ans")
        with pytest.raises(CallerGone, match="TimeoutError"):
            agi.set_variable("IVR_REASON", "x")
        assert agi.hung_up


def test_answers_that_come_before_their_command_end_the_line() -> None:
    """Whoever writes line breaks into the environment would answer in Asterisk's place."""
    ours, theirs = socket.socketpair()
    theirs.sendall(b"agi_request: agi://h/call\nagi_calleridname: a\n\n200 result=1\nHANGUP\nagi_dnid: 1\n\n")
    with theirs:
        agi = SocketAgi(ours)
        with pytest.raises(ProtocolError):
            agi.set_variable("IVR_REASON", "x")
        theirs.settimeout(0.05)
        with pytest.raises(TimeoutError):
            theirs.recv(1)


def test_a_long_command_is_waited_for_and_a_short_one_after_it_is_not_late(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("telephony.agi.GRACE_MS", 20)
    ours, theirs = socket.socketpair()
    theirs.sendall(b"agi_request: agi://h/call\n\n")
    with theirs:
        agi = SocketAgi(ours)
        answer = threading.Timer(0.15, lambda: theirs.sendall(b"200 result=49\n"))
        answer.start()
        assert agi.wait_for_digit(500) == "1"
        answer.join()
        theirs.sendall(b"200 result=1\n")
        agi.set_variable("IVR_REASON", "x")


def test_two_processes_can_share_the_public_door_while_one_replaces_the_other() -> None:
    first = FastAgiServer(FastAgiSettings(port=0), lambda _a, _b: None, Returns())
    second = FastAgiServer(FastAgiSettings(port=first.port), lambda _a, _b: None, Returns())
    first.start()
    second.start()
    assert first.return_address != second.return_address
    assert first.drain(0)
    assert FakeCall(second.port, VirtualClock(), "ping").ended().variables == {"IVR_PONG": "1"}
    second.drain(0)


def wait_for_calls(server: FastAgiServer, count: int) -> None:
    tick = threading.Event()
    for _ in range(5_000):
        if server.calls == count:
            return
        tick.wait(0.001)
    raise AssertionError(f"{server.calls} calls")
