"""What Asterisk's configuration is made from, taken from the published services and the settings."""

import secrets
from collections.abc import Sequence
from pathlib import Path

from config.settings import Settings
from ivr.engine.flow import Flow
from telephony.dialplan.settings import Account, AsteriskSettings, NumberPlan, QueuePlan

SOFTPHONE = "softphone"


def plan(
    settings: Settings, flows: Sequence[Flow], softphone_secret: str = "", members: tuple[str, ...] = ()
) -> AsteriskSettings:
    """The numbers, queues and hours of these flows. Raises telephony's BadSetting."""
    numbers = tuple(
        NumberPlan(number, flow.default_queue, flow.languages[0]) for flow in flows for number in flow.numbers if number
    )
    queues: dict[str, QueuePlan] = {}
    for flow in flows:
        for name, hours in {flow.default_queue: "", **flow.queues}.items():
            queues[name] = QueuePlan(name, flow.hours.get(hours), members)
    return AsteriskSettings(
        numbers=numbers,
        queues=tuple(queues.values()),
        prompts=str(settings.prompts_dir / "net"),
        callbacks=str(settings.callbacks_dir),
        manager=Account(settings.ami_user, settings.ami_secret or secrets.token_urlsafe(18)),
        softphone=Account(SOFTPHONE, softphone_secret) if softphone_secret else None,
        engines=(f"{settings.agi_host}:{settings.agi_port}",),
        timezone=flows[0].timezone if flows else "Europe/Paris",
        languages=flows[0].languages if flows else ("fr",),
        sip_bind=f"{settings.sip_host}:{settings.sip_port}",
        manager_bind=settings.ami_host,
        manager_port=settings.ami_port,
    )


def write(folder: Path, files: dict[str, str]) -> None:
    """Write configuration that only its owner may read: it holds secrets."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        path = folder / name
        path.touch(mode=0o640)
        path.write_text(text, encoding="utf-8")
