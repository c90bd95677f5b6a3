"""What the doctor finds on a scripted manager interface; on a real Asterisk it is tried in the lab."""

import pytest

from telephony.ami import AmiSettings
from telephony.doctor import DoctorSettings, Finding, clock, examine, version
from tests.telephony.fake_manager import FakeManager


@pytest.mark.parametrize(
    ("found", "ok"),
    [
        ("22.10.1~dfsg+~cs6.17", True),
        ("22.11.0", True),
        ("22.10.0", False),
        ("20.20.1", True),
        ("20.19.3", False),
        ("23.4.1", True),
        ("23.4.0", False),
        ("21.12.0", False),
        ("18.26.1", False),
        ("24.0.0", True),
        ("SVN-trunk", False),
    ],
)
def test_only_releases_without_known_holes_are_well(found: str, ok: bool) -> None:
    finding = version(found)
    assert finding.ok == ok
    assert bool(finding.remedy) != ok


def test_clocks_apart_are_found() -> None:
    assert clock(1_000.5, 1_000.0).ok
    assert not clock(1_010.0, 1_000.0).ok


def test_without_engine_and_asterisk_both_are_named_with_a_remedy() -> None:
    manager = FakeManager()
    port = manager.port
    manager.close()
    findings = examine(DoctorSettings(AmiSettings(port=port, timeout_ms=100), agi_port=port))
    assert [(finding.name, finding.ok) for finding in findings] == [("engine", False), ("manager", False)]
    assert all(finding.remedy for finding in findings)


def test_what_asterisk_does_not_answer_is_a_finding_and_no_crash() -> None:
    manager = FakeManager()
    settings = DoctorSettings(AmiSettings(port=manager.port, secret="essai", timeout_ms=300), ("conseillers",), patience_ms=200)
    findings = examine(settings, lambda: 0.0)
    manager.close()
    assert [finding.name for finding in findings] == ["engine", "manager", "version", "clock", "dialplan", "queue"]
    assert findings[-1] == Finding("queue", True, "queue conseillers, 1 members logged in")
