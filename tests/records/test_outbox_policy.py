"""Deliveries are tried again later and later, and a request follows the items that carry it."""

from hypothesis import given
from hypothesis import strategies as st

from ivr.records.outbox_policy import BackOff, all_done, deciding

POLICY = BackOff(first_ms=1_000, most_ms=60_000, attempts=5)


def test_the_wait_doubles_until_the_most() -> None:
    assert [POLICY.delay_ms(attempt, 1.0) for attempt in (1, 2, 3, 7, 8)] == [1_000, 2_000, 4_000, 60_000, 60_000]


def test_chance_spreads_the_wait_over_its_upper_half() -> None:
    assert (POLICY.delay_ms(1, 0.0), POLICY.delay_ms(1, 0.5), POLICY.delay_ms(1, 1.0)) == (500, 750, 1_000)


def test_a_wait_that_was_asked_for_is_honoured_within_bounds() -> None:
    assert [POLICY.delay_ms(1, 0.0, asked) for asked in (20_000, 10, 10**9)] == [20_000, 500, 60_000]


@given(attempt=st.integers(1, 10**6), chance=st.floats(0, 1), asked=st.none() | st.integers(-(10**9), 10**12))
def test_every_wait_is_bounded(attempt: int, chance: float, asked: int | None) -> None:
    assert 500 <= POLICY.delay_ms(attempt, chance, asked) <= 60_000


def test_the_default_survives_a_night() -> None:
    default = BackOff()
    least = sum(default.delay_ms(attempt, 0.0) for attempt in range(1, default.attempts))
    assert least > 5 * 3_600_000


def test_it_is_worn_out_after_the_last_attempt() -> None:
    assert [POLICY.worn_out(attempt) for attempt in (4, 5, 6)] == [False, True, True]


def test_the_item_that_carries_a_request_settles_it() -> None:
    assert deciding("status", ["deliver", "sms"]) == {"deliver"}
    assert deciding("sms", ["sms"]) == {"sms"}
    assert deciding("attestation", ["email", "sms"]) == {"email", "sms"}


def test_a_request_is_done_when_what_settles_it_is_done() -> None:
    assert all_done("status", [("deliver", "done"), ("sms", "failed")])
    assert not all_done("attestation", [("email", "done"), ("letter", "waiting")])
