"""Keys, words and time go in; what came out is compared whole."""

import pytest

from ivr.engine.collecting import Collector, Finished, TypeAhead
from ivr.engine.commands import BargeIn, Collect, KeyEntries, KeyField, Keys, Timing, Words
from ivr.engine.prompts import Prompt, Text

PROMPT = Prompt((Text("Pour vos paiements, tapez 1."),), "fr")
SILENT = Prompt((), "fr")
MENU = KeyEntries(("1", "2", "12", "0", "9", "*", "#"))


def collect(keys: Keys, prompt: Prompt = PROMPT, bargein: BargeIn = BargeIn.KEYS, flush: bool = False) -> Collect:
    return Collect(prompt, keys, Words(open=True), "fr", bargein, Timing(), flush=flush)


def run(command: Collect, script: list[tuple[int, str]], ahead: TypeAhead | None = None) -> tuple[Finished | None, str]:
    """Feed (time, what): a key, `end` of the prompt or `tick`; gives the result and what stays in the type-ahead."""
    buffer = ahead or TypeAhead()
    collector = Collector(command, buffer, 0)
    collector.start(0)
    for now_ms, what in script:
        match what:
            case "end":
                collector.prompt_ended(now_ms)
            case "tick":
                collector.tick(now_ms)
            case _ if what.startswith("say "):
                collector.words(what[4:], 0.9, True, now_ms)
            case _:
                for key in what:
                    collector.key(key, now_ms)
    return collector.finished, buffer.keys


@pytest.mark.parametrize(
    ("keys", "script", "expected", "left"),
    [
        (MENU, [(100, "2")], Finished("pressed", "2", "entry"), ""),
        (MENU, [(100, "1"), (200, "2")], Finished("pressed", "12", "entry"), ""),
        (MENU, [(100, "1"), (200, "tick"), (3100, "tick")], Finished("pressed", "1", "timeout"), ""),
        (MENU, [(100, "1"), (200, "#")], Finished("pressed", "1", "#"), ""),
        (MENU, [(100, "1"), (200, "9")], Finished("pressed", "1", "entry"), "9"),
        (MENU, [(100, "7")], Finished("pressed", "7", "entry"), ""),
        (MENU, [(1000, "end"), (5999, "tick")], None, ""),
        (MENU, [(1000, "end"), (6000, "tick")], Finished("noinput"), ""),
        (KeyField(1, 4), [(0, "12#")], Finished("pressed", "12", "#"), ""),
        (KeyField(1, 4), [(0, "1234")], Finished("pressed", "1234", "max"), ""),
        (KeyField(1, 4), [(0, "1234567")], Finished("pressed", "1234", "max"), "567"),
        (KeyField(1, 4), [(0, "12"), (2999, "tick")], None, ""),
        (KeyField(1, 4), [(0, "12"), (3000, "tick")], Finished("pressed", "12", "timeout"), ""),
        (KeyField(1, 4), [(0, "12*34#")], Finished("pressed", "34", "#"), ""),
        (KeyField(1, 4), [(0, "*")], Finished("pressed", "*", "entry"), ""),
        (KeyField(1, 4), [(0, "#")], Finished("pressed", "#", "#"), ""),
        (KeyField(1, 4), [(0, "0"), (3000, "tick")], Finished("pressed", "0", "timeout"), ""),
        (KeyField(1, 9, decimal_star=True), [(0, "1200*50#")], Finished("pressed", "1200*50", "#"), ""),
        (KeyField(1, 4), [(0, "ABC"), (10, "end"), (5010, "tick")], Finished("noinput"), ""),
        (MENU, [(10, "end"), (20, "say un conseiller")], Finished("heard", words="un conseiller", confidence=0.9), ""),
        (KeyField(1, 4), [(10, "end"), (20, "1"), (30, "say deux"), (40, "#")], Finished("pressed", "1", "#"), ""),
    ],
)
def test_what_is_keyed_is_what_comes_out(keys: Keys, script: list[tuple[int, str]], expected: Finished | None, left: str) -> None:
    assert run(collect(keys), script) == (expected, left)


def test_the_key_that_interrupts_a_prompt_is_the_first_digit() -> None:
    collector = Collector(collect(KeyField(1, 4)), TypeAhead(), 0)
    collector.start(0)
    assert collector.wants_prompt
    collector.key("4", 500)
    assert not collector.wants_prompt
    collector.key("#", 700)
    assert collector.finished == Finished("pressed", "4", "#")


def test_where_nothing_may_interrupt_keys_wait_for_the_end_of_the_prompt() -> None:
    command = collect(MENU, bargein=BargeIn.NONE)
    assert run(command, [(100, "2")]) == (None, "2")
    assert run(command, [(100, "2"), (900, "end")]) == (Finished("pressed", "2", "entry"), "")


def test_speech_does_not_interrupt_where_only_keys_may() -> None:
    assert run(collect(MENU), [(100, "say deux")]) == (None, "")
    heard = run(collect(MENU, bargein=BargeIn.KEYS_AND_VOICE), [(100, "say deux")])
    assert heard == (Finished("heard", words="deux", confidence=0.9), "")


def test_keys_pressed_ahead_answer_without_the_prompt() -> None:
    ahead = TypeAhead()
    for key in "211":
        ahead.push(key)
    assert run(collect(KeyEntries(("2", "1"))), [], ahead) == (Finished("pressed", "2", "entry"), "11")


def test_an_irreversible_question_forgets_keys_pressed_ahead() -> None:
    ahead = TypeAhead()
    ahead.push("1")
    assert run(collect(KeyEntries(("1", "2")), flush=True), [], ahead) == (None, "")


def test_the_hash_pressed_out_of_habit_after_a_full_entry_answers_nothing() -> None:
    ahead = TypeAhead()
    assert run(collect(KeyField(1, 2)), [(0, "12")], ahead)[0] == Finished("pressed", "12", "max")
    assert run(collect(MENU), [(300, "#")], ahead) == (None, "")
    assert run(collect(MENU), [(300, "#")], ahead)[0] == Finished("pressed", "#", "entry")


def test_a_late_hash_after_a_full_entry_is_an_answer() -> None:
    ahead = TypeAhead()
    run(collect(KeyField(1, 2)), [(0, "12")], ahead)
    assert run(collect(MENU), [(9000, "#")], ahead)[0] == Finished("pressed", "#", "entry")


def test_a_caller_who_keys_without_end_is_stopped_by_the_wall_clock() -> None:
    collector = Collector(collect(KeyField(1, 30), SILENT), TypeAhead(), 0)
    collector.start(0)
    for second in range(0, 59, 2):
        collector.key("*" if second % 4 else "5", second * 1000)
    collector.tick(60_000)
    assert collector.finished is not None


def test_the_buffer_is_bounded_and_takes_only_keys() -> None:
    ahead = TypeAhead()
    for key in "x1" * 100:
        ahead.push(key)
    assert ahead.keys == "1" * 64
