"""The smaller files: queues, the manager interface, the log, SIP.

Rule: least rights and least noise: no verbose and no dtmf level, because both would write what callers key; everything listens
where the settings say, which is the machine itself unless they say more.
"""

from telephony.dialplan.settings import AsteriskSettings, QueuePlan

_HEAD = "; Written by 'ivr asterisk-config'. Changes made here are lost.\n\n"
_NOBODY_THERE = "paused,penalty,invalid,unavailable"


def queues(settings: AsteriskSettings) -> str:
    """queues.conf."""
    general = "[general]\npersistentmembers=yes\nautofill=yes\nmonitor-type=MixMonitor\nshared_lastcall=yes\n\n"
    return _HEAD + general + "\n".join(_queue(queue) for queue in settings.queues)


def _queue(queue: QueuePlan) -> str:
    lines = [
        f"[{queue.name}]",
        "strategy=rrmemory",
        f"timeout={queue.ring_s}",
        "retry=1",
        f"maxlen={queue.longest}",
        "ringinuse=no",
        f"joinempty={_NOBODY_THERE}",
        f"leavewhenempty={_NOBODY_THERE}",
        "announce-holdtime=no",
        "announce-position=no",
        "setinterfacevar=yes",
        "setqueueentryvar=yes",
        *(f"member => {member}" for member in queue.members),
    ]
    return "\n".join(lines) + "\n"


def manager(settings: AsteriskSettings) -> str:
    """manager.conf: Guichet may place calls, watch queues and send its own events, and nothing else."""
    account = settings.manager
    return _HEAD + "\n".join(
        [
            "[general]",
            "enabled=yes",
            "webenabled=no",
            f"bindaddr={settings.manager_bind}",
            f"port={settings.manager_port}",
            "displayconnects=no",
            "",
            f"[{account.name}]",
            f"secret={account.secret}",
            "deny=0.0.0.0/0.0.0.0",
            "permit=127.0.0.1/255.255.255.255",
            "read=agent,user,reporting",
            "write=originate,agent,user,reporting",
            "writetimeout=2000",
            "",
        ]
    )


def logger(_settings: AsteriskSettings) -> str:
    """logger.conf."""
    return _HEAD + "\n".join(
        [
            "[general]",
            "dateformat=%F %T.%3q",
            "queue_log=yes",
            "",
            "[logfiles]",
            "; Never verbose, debug or dtmf: they hold the keys that callers press.",
            "messages.log => notice,warning,error",
            "security.log => security",
            "",
        ]
    )


def pjsip(settings: AsteriskSettings) -> str:
    """pjsip.conf: a transport and, if wanted, a softphone account. The operator's trunk is the administrator's affair."""
    transport = f"[guichet-udp]\ntype=transport\nprotocol=udp\nbind={settings.sip_bind}\n"
    return _HEAD + transport + (_softphone(settings) if settings.softphone else "")


def _softphone(settings: AsteriskSettings) -> str:
    account = settings.softphone
    assert account is not None
    return f"""
[{account.name}]
type=endpoint
transport=guichet-udp
context={settings.context}
disallow=all
allow=alaw,ulaw
dtmf_mode=rfc4733
direct_media=no
rtp_symmetric=yes
force_rport=yes
rewrite_contact=yes
language={settings.languages[0]}
auth={account.name}
aors={account.name}

[{account.name}]
type=auth
auth_type=userpass
username={account.name}
password={account.secret}

[{account.name}]
type=aor
max_contacts=2
remove_existing=yes
"""
