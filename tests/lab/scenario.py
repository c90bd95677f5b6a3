"""SIPp scenarios, written from values. Rule: every wait is a wait for BYE, so that the other side may hang up at any
moment and the scenario still ends well."""

from collections.abc import Sequence
from pathlib import Path

from tests.lab.actions import Action, AwaitEnd, HangUp, Keys, Speak, Wait
from tests.lab.rtp import Stream, write_pcap

_SLACK_MS = 20
_REFUSALS = (400, 401, 403, 404, 408, 480, 481, 484, 486, 487, 488, 500, 503, 603)
_GONE, _HANG_UP, _REFUSED, _CANCELLED, _END = "90001", "90002", "90003", "90004", "90005"


_CONTACT = "Contact: <sip:[local_ip]:[local_port]>\n"


def _sdp(audio_port: str) -> str:
    return f"""v=0
o=- 1 1 IN IP4 127.0.0.1
s=-
c=IN IP4 127.0.0.1
t=0 0
m=audio {audio_port} RTP/AVP 8 101
a=rtpmap:8 PCMA/8000
a=rtpmap:101 telephone-event/8000
a=fmtp:101 0-16
a=ptime:20
a=sendrecv
"""


def _send(message: str, attributes: str = "") -> str:
    return f"<send {attributes}><![CDATA[\n{message}\n]]></send>\n"


def _via(transaction: str) -> str:
    return f"Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=z9hG4bK[pid]x[call_number]x{transaction}\nMax-Forwards: 70"


def _request(
    method: str, number: str, sender: str, cseq: int, extra: str = "", body: str = "", transaction: str | None = None
) -> str:
    recipient = f"To: <sip:{number}@[remote_ip]:[remote_port]>" + ("" if method in ("INVITE", "REGISTER") else "[peer_tag_param]")
    kind = "Content-Type: application/sdp\n" if body else ""
    return f"""{method} sip:{number}@[remote_ip]:[remote_port] SIP/2.0
{_via(transaction or f"{method}{cseq}")}
From: {sender};tag=[call_number]x[pid]
{recipient}
Call-ID: [call_id]
CSeq: {cseq} {method}
{_CONTACT}{extra}{kind}Content-Length: [len]

{body}"""


def caller_scenario(
    number: str,
    sender: str,
    actions: Sequence[Action],
    folder: Path,
    audio_port: str,
    answer_within_ms: int,
    signed: bool,
    mute: bool,
) -> str:
    """A caller who dials ``number`` and does ``actions``; ``sender`` is the From header's address."""
    invite = _request("INVITE", number, sender, 1, body=_sdp(audio_port))
    parts = [_send(invite, 'retrans="500"')]
    if signed:
        again = _request("INVITE", number, sender, 2, extra="[authentication]\n", body=_sdp(audio_port))
        parts += ['<recv response="100" optional="true"/>\n<recv response="401" auth="true"/>\n']
        parts += [_send(_request("ACK", number, sender, 1, transaction="INVITE1")), _send(again, 'retrans="500"')]
    cseq = 2 if signed else 1
    parts += [f'<recv response="{code}" optional="true"/>\n' for code in (100, 180, 181, 182, 183)]
    parts += [f'<recv response="{code}" optional="true" next="{_REFUSED}"/>\n' for code in _REFUSALS]
    parts += [f'<recv response="200" rrs="true" timeout="{answer_within_ms}"/>\n', _send(_request("ACK", number, sender, cseq))]
    parts += _steps(actions, folder, mute)
    goodbye = _request("BYE", number, sender, cseq + 1)
    parts += [f'<label id="{_HANG_UP}"/>\n', _send(goodbye, 'retrans="500"')]
    parts += ['<recv request="BYE" optional="true"/>\n', f'<recv response="200" next="{_END}"/>\n']
    parts += [f'<label id="{_GONE}"/>\n', _send(_answer("200 OK"), f'next="{_END}"')]
    refused = _request("ACK", number, sender, cseq, transaction=f"INVITE{cseq}")  # the same transaction, unlike an ACK to 200
    parts += [f'<label id="{_REFUSED}"/>\n', _send(refused)]
    parts += [f'<label id="{_END}"/>\n']
    return _whole("caller", parts)


def _steps(actions: Sequence[Action], folder: Path, mute: bool) -> list[str]:
    stream = Stream(ssrc=0x6775)
    parts: list[str] = []
    for step, action in enumerate(actions, start=1):
        if isinstance(action, HangUp):
            return parts
        before = stream.now_ms
        sound = _sound(action, stream)
        slack_ms = _SLACK_MS if isinstance(action, Keys | Speak) else 0
        if slack_ms or not mute:
            parts.append(_play(write_pcap(folder, step, sound)))
        parts.append(_listen(stream.now_ms - before + slack_ms, str(step)))
    return parts


def _sound(action: Keys | Speak | Wait | AwaitEnd, stream: Stream) -> bytes:
    match action:
        case Keys(digits, press_ms, gap_ms):
            return stream.keys(digits, press_ms, gap_ms)
        case Speak(samples):
            return stream.speech(samples)
        case Wait(ms) | AwaitEnd(ms):
            return stream.silence(ms)


def _play(file: Path) -> str:
    return f'<nop><action><exec play_pcap_audio="{file}"/></action></nop>\n'


def _listen(ms: int, label: str) -> str:
    return f'<recv request="BYE" timeout="{max(ms, 1)}" ontimeout="{label}" next="{_GONE}"/>\n<label id="{label}"/>\n'


_OUR_TAG = ";tag=[call_number]y[pid]"


def _answer(status: str, tag: str = "", body: str = "", contact: str = "") -> str:
    kind = "Content-Type: application/sdp\n" if body else ""
    return f"""SIP/2.0 {status}
[last_Via:]
[last_From:]
[last_To:]{tag}
[last_Call-ID:]
[last_CSeq:]
{contact}{kind}Content-Length: [len]

{body}"""


def callee_scenario(audio_port: str, ring_ms: int, refuse_with: str | None, talk_ms: int) -> str:
    """A phone that rings, then answers (or refuses with a status line), and hangs up after ``talk_ms``."""
    parts = [_INVITED, _send(_answer("180 Ringing", _OUR_TAG, contact=_CONTACT))]
    parts += [f'<recv request="CANCEL" timeout="{max(ring_ms, 1)}" ontimeout="1" next="{_CANCELLED}"/>\n', '<label id="1"/>\n']
    if refuse_with:
        parts += [_send(_answer(refuse_with, _OUR_TAG)), f'<recv request="ACK" next="{_END}"/>\n']
    else:
        parts += [_send(_answer("200 OK", _OUR_TAG, _sdp(audio_port), _CONTACT), 'retrans="500"'), '<recv request="ACK"/>\n']
        parts += [f'<recv request="BYE" timeout="{talk_ms}" ontimeout="{_HANG_UP}" next="{_GONE}"/>\n']
        parts += [f'<label id="{_HANG_UP}"/>\n', _send(_callee_bye(), 'retrans="500"')]
        parts += [f'<recv response="200" next="{_END}"/>\n']
    # A cancelled INVITE owes two answers: 200 to CANCEL and 487 to INVITE.
    terminated = _answer("487 Request Terminated", _OUR_TAG).replace("[last_CSeq:]", "CSeq: [last_cseq_number] INVITE")
    parts += [f'<label id="{_CANCELLED}"/>\n', _send(_answer("200 OK", _OUR_TAG)), _send(terminated)]
    parts += [f'<recv request="ACK" next="{_END}"/>\n']
    parts += [f'<label id="{_GONE}"/>\n', _send(_answer("200 OK"))]
    parts += [f'<label id="{_END}"/>\n']
    return _whole("callee", parts)


_INVITED = """<recv request="INVITE" crlf="true" rrs="true"><action>
<ereg regexp=".*" search_in="hdr" header="From:" assign_to="caller"/>
<ereg regexp=".*" search_in="hdr" header="To:" assign_to="callee"/>
</action></recv>
"""


def _callee_bye() -> str:
    return f"""BYE [next_url] SIP/2.0
{_via("bye")}
From: [$callee];tag=[call_number]y[pid]
To: [$caller]
Call-ID: [call_id]
CSeq: 1 BYE
Content-Length: 0

"""


def register_scenario(name: str) -> str:
    """A softphone that registers, with a password."""
    sender = f"<sip:{name}@[remote_ip]:[remote_port]>"
    plain = _request("REGISTER", name, sender, 1, extra="Expires: 60\n")
    signed = _request("REGISTER", name, sender, 2, extra="Expires: 60\n[authentication]\n")
    parts = [_send(plain, 'retrans="500"'), '<recv response="401" auth="true"/>\n', _send(signed, 'retrans="500"')]
    return _whole("register", [*parts, '<recv response="200"/>\n'])


def _whole(name: str, parts: Sequence[str]) -> str:
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<scenario name="{name}">\n{"".join(parts)}</scenario>\n'
