"""All of Asterisk's files at once, for `ivr asterisk-config`. Asterisk from 20.20.1, 22.10.1 or 23.4.1 on reads them."""

from telephony.dialplan.extensions import extensions
from telephony.dialplan.settings import AsteriskSettings
from telephony.dialplan.snippets import logger, manager, pjsip, queues


def render(settings: AsteriskSettings) -> dict[str, str]:
    """File name to text."""
    return {
        "extensions.conf": extensions(settings),
        "queues.conf": queues(settings),
        "manager.conf": manager(settings),
        "logger.conf": logger(settings),
        "pjsip.conf": pjsip(settings),
    }
