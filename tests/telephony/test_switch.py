"""The dead man's switch is always ahead of the command, never far ahead, and rarely moved."""

from hypothesis import given
from hypothesis import strategies as st

from telephony.switch import MARGIN_MS, SLACK_MS, DeadMansSwitch


@given(st.lists(st.tuples(st.integers(0, 30_000), st.integers(0, 120_000)), max_size=50))
def test_it_fires_after_every_command_and_soon_after_a_hang(commands: list[tuple[int, int]]) -> None:
    now_ms, fires_ms = 0, 5_000
    switch = DeadMansSwitch(0, 5)
    for passed, takes_ms in commands:
        now_ms += passed
        seconds = switch.must_become(now_ms, takes_ms)
        if seconds is not None:
            fires_ms = now_ms + seconds * 1_000
        assert MARGIN_MS <= fires_ms - (now_ms + takes_ms) <= MARGIN_MS + SLACK_MS


def test_short_waits_in_a_row_move_it_every_few_seconds_only() -> None:
    switch = DeadMansSwitch(0, 5)
    moved = [now for now in range(0, 20_000, 250) if switch.must_become(now, 250) is not None]
    assert len(moved) <= 7
