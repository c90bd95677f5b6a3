"""Who may call the private Asterisk: softphones with an account, and the tests' callers without one.
Rule: pure text for a file in ``pjsip.d``; accounts are reachable from this machine only, as the transport is."""

_ENDPOINT = """
type=endpoint
transport=transport-udp
disallow=all
allow=alaw,ulaw
dtmf_mode=rfc4733
direct_media=no
rtp_symmetric={symmetric}
language=fr
send_connected_line=no
context={context}
"""


def softphone(name: str, password: str, context: str) -> str:
    """An account that a softphone registers with; its calls enter ``context``, ``PJSIP/<name>`` rings it."""
    return f"""[{name}]{_ENDPOINT.format(context=context, symmetric="yes")}auth={name}
aors={name}

[{name}]
type=auth
auth_type=userpass
username={name}
password={password}

[{name}]
type=aor
max_contacts=2
remove_existing=yes
"""


def open_line(name: str, context: str) -> str:
    """Everybody on this machine may call without an account: for tests and measurements only."""
    # Not symmetric: what callers hear goes where they said, also when their keys come from another port.
    return f"""[{name}]{_ENDPOINT.format(context=context, symmetric="no")}
[{name}]
type=identify
endpoint={name}
match=127.0.0.1
"""


def fixed_phone(name: str, port: int, context: str) -> str:
    """A phone that is always to be found at this port; ``PJSIP/<name>`` rings it."""
    return f"""[{name}]{_ENDPOINT.format(context=context, symmetric="no")}aors={name}

[{name}]
type=aor
contact=sip:{name}@127.0.0.1:{port}
"""
