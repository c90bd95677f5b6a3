"""The files for Asterisk: the net is whole, and nothing that is written into them can say more than it should."""

import datetime as dt
import re
from dataclasses import replace
from pathlib import Path

import pytest

from ivr.engine.flow import Hours
from telephony.callbacks import CallbackMessage, waiting
from telephony.dialplan.render import render
from telephony.dialplan.settings import SENTENCES, Account, AsteriskSettings, BadSetting, NumberPlan, QueuePlan

OFFICE = Hours(
    weekly=tuple((day, dt.time(8, 30), dt.time(16, 30)) for day in range(5)),
    exceptions={dt.date(2026, 12, 24): ((dt.time(8, 30), dt.time(12)),), dt.date(2026, 12, 25): ()},
)
SETTINGS = AsteriskSettings(
    numbers=(NumberPlan("3949", "conseillers"),),
    queues=(QueuePlan("conseillers", OFFICE, ("PJSIP/agent1",)), QueuePlan("urgences")),
    prompts="/var/lib/guichet/prompts",
    callbacks="/var/spool/guichet/callbacks",
    manager=Account("guichet", "not-a-real-secret"),
    softphone=Account("poste", "essai-3949"),
    extensions={"accueil": "PJSIP/accueil"},
    externals={"mairie": "PJSIP/0199000009@operateur"},
    engines=("127.0.0.1:4573", "127.0.0.1:4574"),
)
FILES = render(SETTINGS)
DIALPLAN = FILES["extensions.conf"]


def contexts() -> dict[str, list[str]]:
    """Lines by context."""
    found: dict[str, list[str]] = {}
    current: list[str] = []
    for line in DIALPLAN.splitlines():
        if line.startswith("["):
            current = found.setdefault(line.strip("[]"), [])
        elif line and not line.startswith(";"):
            current.append(line)
    return found


def test_every_jump_has_a_place_to_land() -> None:
    found = contexts()
    targets = re.findall(r"\b(guichet-[a-z-]+),(s|[a-z_]+),(\d+|[a-z]+)", DIALPLAN)
    assert targets
    for context, extension, place in targets:
        begun = [n for n, line in enumerate(found[context]) if line.startswith(f"exten => {extension},1,")]
        assert begun, (context, extension)
        assert place == "1" or any(f"n({place})" in line for line in found[context]), (context, place)


def test_every_context_in_which_a_caller_waits_catches_the_dead_mans_switch() -> None:
    for name, lines in contexts().items():
        if any(application in line for line in lines for application in ("AGI(", "Queue(", "Dial(")) and name != "guichet-hangup":
            assert any(line.startswith("exten => T,1,") for line in lines), name


def test_the_switch_is_off_before_every_queue_and_dial() -> None:
    for name, lines in contexts().items():
        for n, line in enumerate(lines):
            if re.search(r",(Queue|Dial)\(", line) and name != "guichet-net":
                assert "TIMEOUT(absolute)=0" in lines[n - 1], line
    assert "TIMEOUT(absolute)=0" in contexts()["guichet-net"][0]


def test_a_hang_up_is_told_to_the_engine_from_before_its_first_word_on() -> None:
    road = [line for line in contexts()["guichet-engine"] if "hangup_handler_push" in line or "AGI(agi:" in line]
    assert "hangup_handler_push" in road[0]


def test_nothing_that_a_caller_may_write_reaches_the_engine_before_it_is_clean() -> None:
    (first, *others) = contexts()["guichet-engine"]
    for name in ("CALLERID(name)=,", "CALLERID(dnid)=,", "REDIRECTING(from-num,i)=,"):
        assert name in first
    assert "FILTER(0-9+,${CALLERID(num)})" in others[0]


def test_only_our_own_variables_tell_how_the_engine_ended() -> None:
    used = [line for line in DIALPLAN.splitlines() if "AGISTATUS" in line]
    assert all("FAILURE" in line and "AGI(agi://127.0.0.1:4574/" in line for line in used)
    assert "IVR_DONE" in DIALPLAN


def test_every_sentence_is_there_in_every_language() -> None:
    for sentence in SENTENCES:
        for language in ("fr", "en"):
            assert f"Playback(/var/lib/guichet/prompts/{sentence}-{language})" in DIALPLAN


def test_the_log_never_holds_what_callers_key() -> None:
    levels = [line.split("=>")[1] for line in FILES["logger.conf"].splitlines() if "=>" in line]
    assert levels
    assert not re.search("verbose|dtmf|debug", " ".join(levels))


def test_the_manager_account_may_not_run_commands_or_rewrite_files() -> None:
    rights = set(re.findall(r"[a-z]+", " ".join(re.findall(r"^(?:read|write)=(.*)$", FILES["manager.conf"], re.MULTILINE))))
    assert not rights & {"all", "command", "config", "system", "dialplan", "dtmf", "call", "log", "verbose", "agi"}


@pytest.mark.parametrize(
    "bad",
    [
        lambda: QueuePlan("a]\n[b"),
        lambda: QueuePlan("a", members=("PJSIP/x,y",)),
        lambda: NumberPlan("3949,1,System(x)", "a"),
        lambda: Account("guichet", "short"),
        lambda: Account("guichet", "line\nbreak-and-more"),
        lambda: replace(SETTINGS, prompts="/tmp/a,b"),
        lambda: replace(SETTINGS, externals={"x": "PJSIP/1&PJSIP/2"}),
        lambda: replace(SETTINGS, engines=("127.0.0.1:4573/x,y",)),
        lambda: replace(SETTINGS, timezone="Europe/Paris)"),
        lambda: replace(SETTINGS, numbers=(NumberPlan("3949", "nowhere"),)),
    ],
)
def test_a_setting_that_would_say_more_than_it_should_is_refused(bad: object) -> None:
    with pytest.raises(BadSetting):
        bad()  # type: ignore[operator]


def test_a_message_left_in_the_net_tells_who_called_when_and_why(tmp_path: Path) -> None:
    (tmp_path / "1790000000~1789999990.7~0199000001~conseillers~asked.wav").write_bytes(b"")
    (tmp_path / "1790000001~1789999991.8~~conseillers~.wav").write_bytes(b"")
    (tmp_path / "stray.wav").write_bytes(b"")
    first, second = waiting(tmp_path)
    at = dt.datetime.fromtimestamp(1_790_000_000, dt.UTC)
    assert first == CallbackMessage(first.path, at, "1789999990.7", "0199000001", "conseillers", "asked")
    assert (second.caller, second.reason) == ("", "")
