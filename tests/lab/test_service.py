"""The whole product called by telephone: what callers do, and what they hear."""

import pytest

from handlers.demo.people import crowd, payday
from tests.lab.actions import AwaitEnd, HangUp, Keys, Wait
from tests.lab.counter import wait_until
from tests.lab.deployment import NEVER, SEED, Deploy, Deployment
from tests.lab.ear import Heard
from tests.lab.sipp import Phone

pytestmark = pytest.mark.lab

WELCOME = "Bienvenue à France Emploi."
IDENTIFIER, CODE = "10000000014", "271828"


def assert_heard(heard: Heard, deployment: Deployment, interrupted: int = 0) -> None:
    """Every prompt that was let play to its end, one after the other."""
    cursor_ms, found = 0, 0
    for sound in deployment.prompts():
        lasts_ms = len(sound) // 8
        for within_ms in (2_000, 6_000, 15_000):
            window = Heard(heard.since(cursor_ms).samples[: (lasts_ms + within_ms) * 8])
            place = window.follow(sound)
            if place.score > 0.7:
                found += 1
                cursor_ms += place.at_ms + lasts_ms - 200
                break
    assert found >= len(deployment.prompts()) - interrupted


@pytest.mark.long
def test_a_caller_hears_her_next_payment_date(phone: Phone, deploy: Deploy) -> None:
    guichet = deploy()
    call = phone.call(
        guichet.number,
        Wait(6_000),
        Keys("1"),
        Wait(24_000),
        Keys("1"),
        Wait(7_500),
        Keys(f"{IDENTIFIER}#"),
        Wait(5_000),
        Keys(CODE),
        Wait(14_000),
        Keys("1"),
        AwaitEnd(25_000),
        caller="0199000001",
    )
    assert call.completed
    assert call.ended_by == "other side"
    assert "987,65 €" in guichet.said()
    assert call.heard.follow(guichet.sound(WELCOME)).at_ms < 1_500
    assert_heard(call.heard, guichet, interrupted=2)
    record = guichet.ended()
    assert (record.outcome, record.verified) == ("completed", True)


def test_the_whole_path_keyed_ahead_is_understood(phone: Phone, deploy: Deploy) -> None:
    guichet = deploy()
    call = phone.call(guichet.number, Wait(300), Keys(f"11{IDENTIFIER}#{CODE}#1"), AwaitEnd(60_000))
    assert call.ended_by == "other side"
    assert "987,65 €" in guichet.said()
    assert "outcome payments completed" in guichet.said()


def test_the_first_menu_is_interrupted_by_the_first_digit_of_the_answer(phone: Phone, deploy: Deploy) -> None:
    guichet = deploy()
    call = phone.call(guichet.number, Wait(2_400), Keys("1"), Wait(6_000), HangUp())
    menu = guichet.prompts()[-1]
    place = call.heard.follow(menu[:12_000])
    assert place.score > 0.5
    assert place.at_ms < 3_400


@pytest.mark.long
def test_silence_to_the_end_is_helped_and_ended_kindly(phone: Phone, deploy: Deploy) -> None:
    guichet = deploy(hours=NEVER)
    call = phone.call(guichet.number, AwaitEnd(200_000), limit_s=240)
    assert call.ended_by == "other side"
    assert guichet.said().count("◀ nothing") >= 3
    assert guichet.ended().outcome != ""
    assert_heard(call.heard, guichet)


@pytest.mark.long
def test_wrong_keys_to_the_end_are_helped_and_lead_to_people(phone: Phone, deploy: Deploy) -> None:
    guichet = deploy(hours=NEVER)
    wrong = (Keys("7"), Wait(6_000)) * 10
    phone.call(guichet.number, Wait(1_500), *wrong, AwaitEnd(60_000))
    assert "handed over" in guichet.said() or "callback" in guichet.said() or "gave_up" in guichet.said()
    assert guichet.ended().outcome != ""


@pytest.mark.parametrize("after_ms", [500, 3_000, 6_500])
def test_a_caller_who_hangs_up_is_gone_within_a_second(phone: Phone, deploy: Deploy, after_ms: int) -> None:
    guichet = deploy()
    phone.call(guichet.number, Wait(after_ms), HangUp())
    assert guichet.ended(1.0).outcome == "abandoned"


@pytest.mark.long
def test_wrong_codes_are_refused_across_calls_and_nobody_else_is_locked_out(phone: Phone, deploy: Deploy) -> None:
    guichet = deploy(hours=NEVER)
    for _ in range(2):
        wrong = (
            Keys(f"11{IDENTIFIER}#000000#"),
            Wait(4_000),
            Keys(f"{IDENTIFIER}#000000#"),
            Wait(5_000),
            Keys(f"{IDENTIFIER}#000000#"),
        )
        phone.call(guichet.number, Wait(300), *wrong, Wait(7_000), HangUp(), caller="0199000066")
    wait_until(lambda: len([call for call in guichet.calls() if call.outcome]) == 2, 3.0)
    phone.call(guichet.number, Wait(300), Keys(f"11{IDENTIFIER}#{CODE}#"), Wait(9_000), HangUp(), caller="0199000066")
    wait_until(lambda: len([call for call in guichet.calls() if call.outcome]) == 3, 3.0)
    assert not any(call.verified for call in guichet.calls())
    phone.call(guichet.number, Wait(300), Keys(f"11{IDENTIFIER}#{CODE}#"), Wait(9_000), HangUp(), caller="0199000001")
    wait_until(lambda: any(call.verified for call in guichet.calls()), 3.0)


@pytest.mark.long
def test_fifty_calls_at_once_complete_and_none_is_mixed_up(phone: Phone, deploy: Deploy) -> None:
    guichet = deploy(people=80)
    today = guichet.site.clock.now().date()
    people = [person for person in crowd(80, SEED, today) if person.why_no_payment is None and person.language == "fr"][:50]
    assert len(people) == 50
    calls = [
        phone.dial(
            guichet.number,
            Wait(4_000 + 120 * number),
            Keys(f"11{person.identifier}#{person.code}#1"),
            AwaitEnd(60_000),
            caller=f"019900{number:04d}",
            mute=True,
            listen=False,
        )
        for number, person in enumerate(people)
    ]
    finished = [call.finish() for call in calls]
    assert [call.ended_by for call in finished] == ["other side"] * 50
    wait_until(lambda: len([call for call in guichet.calls() if call.outcome]) == 50, 10.0)
    heard = {}
    for record in guichet.calls():
        turns = guichet.site.records.transcript(record.id)
        values = [turn.event.value for turn in turns if type(turn.event).__name__ == "Invoked"]
        heard[record.caller_hash] = values[1]["amount"] if len(values) > 1 and values[1] else None
    key = guichet.site.site_key
    for number, person in enumerate(people):
        planned = {day: cents for day, cents in person.payments}[payday(today)]
        assert heard[key.caller_hash(f"019900{number:04d}")] * 100 == planned


def test_no_secret_is_left_anywhere(phone: Phone, deploy: Deploy) -> None:
    guichet = deploy()
    agent = Keys("0"), Wait(6_000)
    with guichet.manager() as told:
        keys = Keys(f"11{IDENTIFIER}#{CODE}#1"), Wait(4_000), *agent
        phone.call(guichet.number, Wait(300), *keys, HangUp(), caller="0199000001")
        assert guichet.ended().verified
    assert told
    assert CODE not in " ".join(told)
    assert IDENTIFIER not in " ".join(told)
    left = [
        path for path in guichet.folder.rglob("*") if path.is_file() and "demo" not in path.name and "menus" not in path.parts
    ]
    left += [path for path in (guichet.asterisk.folder / "log").rglob("*") if path.is_file()]
    assert any(path.name == "engine.log" for path in left)
    for path in left:
        text = path.read_bytes()
        assert CODE.encode() not in text, path
        assert IDENTIFIER.encode() not in text, path
