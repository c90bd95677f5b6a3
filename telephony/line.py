"""A call's line to Asterisk: each command goes out with the dead man's switch set and the variables that changed.

Rule: between two commands nothing is waited for, because Asterisk throws away keys that are pressed while no command runs.
"""

from collections.abc import Callable

from ivr.ports.clock import Clock
from telephony.agi import SocketAgi
from telephony.switch import DeadMansSwitch

SAMPLES_A_MS = 8
FIRST_SECONDS = 5
LEAD_MS = 20
LONGEST_SLICE_MS = 300


class Line:
    """`FIRST_SECONDS` is where the dialplan sets the switch before it calls."""

    def __init__(self, agi: SocketAgi, clock: Clock) -> None:
        self._agi = agi
        self._clock = clock
        self._switch = DeadMansSwitch(clock.monotonic_ms(), FIRST_SECONDS)
        self._known: dict[str, str] = {}
        self._changed: dict[str, str] = {}

    def now_ms(self) -> int:
        return self._clock.monotonic_ms()

    def remember(self, name: str, value: str) -> None:
        """Set a channel variable before the next command, if it is new. Never a secret: logs and AMI show variables."""
        if self._known.get(name) != value:
            self._known[name] = self._changed[name] = value

    def play(self, path: str, offset_ms: int, lasts_ms: int) -> tuple[str, int]:
        """Play from an offset: (key that stopped it or "", milliseconds reached)."""
        self._ready(max(0, lasts_ms - offset_ms))
        key, end = self._agi.stream(path, offset_ms * SAMPLES_A_MS, max(0, lasts_ms - offset_ms))
        return key, end // SAMPLES_A_MS

    def wait_for_key(self, timeout_ms: int) -> str:
        """A key, or "" when none came in time."""
        self._ready(timeout_ms)
        return str(self._agi.wait_for_digit(timeout_ms))

    def wait_while(self, next_ms: Callable[[], int], on_key: Callable[[str], bool]) -> bool:
        """Wait for keys in slices until `next_ms` gives 0, or `on_key` says that a key stops it: then false.

        A slice is asked for shortly before the one that runs ends, so that no key falls between two.
        """
        goes_on, slice_ms = True, self._ask(next_ms())
        while slice_ms:
            following_ms = 0
            if goes_on and not self._agi.answers_within(slice_ms - LEAD_MS) and self._can_follow():
                following_ms = self._ask(next_ms(), ready=True)
            key = self._agi.digit(slice_ms)
            if key and on_key(key):
                goes_on = False
            slice_ms = following_ms or (self._ask(next_ms()) if goes_on else 0)
        return goes_on

    def wait_for_keys(self, timeout_ms: int, most: int) -> tuple[str, bool]:
        """Keys without a gap between them: (keys, whether `timeout_ms` passed without a key)."""
        self._ready(timeout_ms * most)
        return self._agi.digits(timeout_ms, most)

    def record(self, path: str, most_ms: int, silence_ms: int, beep: bool) -> tuple[str, int]:
        """Record until `#`, silence or the maximum: (ending key or "", milliseconds)."""
        self._ready(most_ms + 1_000)
        key, end = self._agi.record(path, "#", most_ms, max(1, silence_ms // 1_000), beep)
        return key, end // SAMPLES_A_MS

    def tell(self) -> None:
        """Send what `remember` keeps."""
        while self._changed:
            name = next(iter(self._changed))
            self._agi.set_variable(name, self._changed.pop(name))

    def leave(self) -> None:
        """End the AGI; the dialplan goes on."""
        self._agi.close()

    def come_back(self, agi: SocketAgi) -> None:
        """Go on with the connection of a caller who returned."""
        self._agi = agi
        self._switch = DeadMansSwitch(self.now_ms(), FIRST_SECONDS)
        self._known.clear()

    def _ask(self, slice_ms: int, ready: bool = False) -> int:
        if slice_ms:
            if not ready:
                self._ready(slice_ms)
            self._agi.ask_digit(slice_ms)
        return slice_ms

    def _can_follow(self) -> bool:
        """Nothing has to be set between two slices."""
        return not self._changed and self._switch.stands(self.now_ms(), LONGEST_SLICE_MS)

    def _ready(self, takes_ms: int) -> None:
        seconds = self._switch.must_become(self.now_ms(), takes_ms)
        if seconds is not None:
            self._agi.set_variable("TIMEOUT(absolute)", seconds)
        self.tell()
