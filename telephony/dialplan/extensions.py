"""extensions.conf: the net below every call.

Rule: whatever happens to the engine, the caller goes on: hours, queue, each way a queue can end, a packaged sentence, a message
for a callback, goodbye. AGISTATUS is never trusted: only IVR_DONE, which the engine sets, ends a call, and IVR_NEXT moves it.
"""

import datetime as dt
from collections.abc import Iterator, Mapping

from ivr.engine.flow import Hours
from telephony.dialplan.settings import SENTENCES, AsteriskSettings, QueuePlan

SWITCH_S = 5
JUST_TRIED_S = 120
_QUEUE_OUTCOMES = {
    "TIMEOUT": "noanswer",
    "JOINEMPTY": "noanswer",
    "JOINUNAVAIL": "noanswer",
    "LEAVEEMPTY": "noanswer",
    "LEAVEUNAVAIL": "noanswer",
    "FULL": "full",
    "CONTINUE": "far_end_disconnect",
}
_DIAL_OUTCOMES = {"BUSY": "busy", "NOANSWER": "noanswer", "CANCEL": "noanswer", "ANSWER": "far_end_disconnect"}


def extensions(settings: AsteriskSettings) -> str:
    """The whole file."""
    sections = [
        _entry(settings),
        _engine(settings),
        _after(settings),
        _plan(settings),
        _transfer(settings),
        _to_queue(settings),
        _to_dial(settings, "extension", settings.extensions),
        _to_dial(settings, "number", settings.externals),
        _back(settings),
        _outcomes(settings),
        _net(settings),
        _say(settings),
        _hours(settings),
        _hangup(settings),
        _ping(settings),
        _robot(settings),
    ]
    return "; Written by 'ivr asterisk-config'. Changes made here are lost.\n\n" + "\n".join(sections)


def _context(name: str, *extensions: str) -> str:
    return f"[{name}]\n" + "".join(extensions)


def _exten(name: str, *steps: str) -> str:
    """Steps after the first may begin with `(label)`."""
    lines = [f"exten => {name},1,{steps[0]}"]
    for step in steps[1:]:
        label, _, rest = step.partition(")") if step.startswith("(") else ("", "", step)
        lines.append(f" same => n{label + ')' if label else ''},{rest}")
    return "\n".join(lines) + "\n"


def _falls_to_net(context: str) -> str:
    """Where a call goes when its time is up, or when the dialplan itself is at fault."""
    return "".join(_exten(name, "Set(TIMEOUT(absolute)=0)", f"Goto({context}-net,s,1)") for name in ("T", "t", "i", "e"))


def _entry(settings: AsteriskSettings) -> str:
    """What the administrator includes or sends calls to; it holds nothing but the numbers."""
    numbers = (f"exten => {plan.number},1,Goto({settings.context}-engine,${{EXTEN}},1)\n" for plan in settings.numbers)
    return _context(settings.context, *numbers)


def _engine(settings: AsteriskSettings) -> str:
    """The road of every call; few steps, because each costs Asterisk as much as a command of the engine."""
    first, *others = settings.engines
    query = "call?call=${UNIQUEID}&dialled=${IVR_DIALLED}"
    number = "${CALLERID(num)}"
    clean = f"${{FILTER(0-9+,{number})}}"
    return _context(
        f"{settings.context}-engine",
        *(
            _exten(
                plan.number,
                # Asterisk hands these to the engine line by line: a line break in one would be an answer of the caller's own.
                "MSet(CALLERID(name)=,CALLERID(dnid)=,REDIRECTING(from-num,i)=,IVR_DIALLED=${EXTEN},AGIEXITONHANGUP=yes)",
                f"ExecIf($[${{LEN({clean})}} != ${{LEN({number})}}]?Set(CALLERID(num)={clean}))",
                f"Set(CHANNEL(hangup_handler_push)={settings.context}-hangup,s,1)",
                "Answer()",
                f"Set(TIMEOUT(absolute)={SWITCH_S})",
                f"AGI(agi://{first}/{query})",
                *(_next_engine(other, query) for other in others),
                f'GotoIf($["${{IVR_DONE}}"=""]?{settings.context}-after,s,1)',
                "Hangup()",
            )
            for plan in settings.numbers
        ),
        _falls_to_net(settings.context),
    )


def _after(settings: AsteriskSettings) -> str:
    """The engine let go of a call that it did not end: a transfer, or a fault."""
    return _context(
        f"{settings.context}-after",
        _exten(
            "s",
            "Set(TIMEOUT(absolute)=0)",
            'GotoIf($["${IVR_DONE}"!=""]?done)',
            f'GotoIf($["${{IVR_NEXT}}"!=""]?{settings.context}-transfer,s,1)',
            f"Goto({settings.context}-net,s,1)",
            "(done)Hangup()",
        ),
        _falls_to_net(settings.context),
    )


def _plan(settings: AsteriskSettings) -> str:
    """What the net must know of the number that was dialled; the engine may have set the language before."""
    return _context(
        f"{settings.context}-plan",
        *(
            _exten(
                plan.number,
                f"Set(IVR_QUEUE={plan.queue})",
                f'ExecIf($["${{IVR_LANGUAGE}}"=""]?Set(IVR_LANGUAGE={plan.language}))',
                "Return()",
            )
            for plan in settings.numbers
        ),
        "exten => _[A-Za-z0-9*#+]!,1,Return()\n",
    )


def _next_engine(address: str, query: str) -> str:
    return f'ExecIf($["${{AGISTATUS}}"="FAILURE"]?AGI(agi://{address}/{query}))'


def _transfer(settings: AsteriskSettings) -> str:
    context = settings.context
    target = f"{context}-to-${{IVR_NEXT}},${{IVR_TARGET}},1"
    return _context(
        f"{context}-transfer",
        _exten(
            "s",
            "Set(IVR_OUTCOME=failed)",
            "Set(IVR_BEGAN=${EPOCH})",
            f"GotoIf($[${{DIALPLAN_EXISTS({target})}}]?{target})",
            f"Goto({context}-back,s,1)",
        ),
        _falls_to_net(context),
    )


def _queue_step(queue: QueuePlan, wait: str) -> str:
    """A caller whose line is answered already hears nothing of a ringing phone, unless told to."""
    options = f"Cm({queue.music})" if queue.music else "Cr"
    return f"Queue({queue.name},{options},,,{wait})"


def _to_queue(settings: AsteriskSettings) -> str:
    context = settings.context
    return _context(
        f"{context}-to-queue",
        *(
            _exten(
                queue.name,
                f"Gosub({context}-hours,{queue.name},1)",
                'GotoIf($["${GOSUB_RETVAL}"="open"]?open)',
                "Set(IVR_OUTCOME=closed)",
                f"Goto({context}-back,s,1)",
                "(open)Set(TIMEOUT(absolute)=0)",
                _queue_step(queue, f"${{IF($[0${{IVR_WAIT}} > 0]?${{IVR_WAIT}}:{queue.wait_s})}}"),
                "Set(IVR_TRIED=${EPOCH})",
                f"Gosub({context}-outcome,queue-${{QUEUESTATUS}},1)",
                "Set(IVR_OUTCOME=${GOSUB_RETVAL})",
                f"Goto({context}-back,s,1)",
            )
            for queue in settings.queues
        ),
        _falls_to_net(context),
    )


def _to_dial(settings: AsteriskSettings, kind: str, targets: Mapping[str, str]) -> str:
    context = settings.context
    return _context(
        f"{context}-to-{kind}",
        *(
            _exten(
                name,
                "Set(TIMEOUT(absolute)=0)",
                f"Dial({target},${{IF($[0${{IVR_WAIT}} > 0]?${{IVR_WAIT}}:{settings.dial_s})}},r)",
                f"Gosub({context}-outcome,dial-${{DIALSTATUS}},1)",
                "Set(IVR_OUTCOME=${GOSUB_RETVAL})",
                f"Goto({context}-back,s,1)",
            )
            for name, target in targets.items()
        ),
        _falls_to_net(context),
    )


def _back(settings: AsteriskSettings) -> str:
    context = settings.context
    return _context(
        f"{context}-back",
        _exten(
            "s",
            "Set(IVR_NEXT=)",
            f'GotoIf($["${{IVR_FINAL}}"="1"]?{context}-net,s,1)',
            f"Set(TIMEOUT(absolute)={SWITCH_S})",
            "AGI(agi://${IVR_HOME}/resume?call=${UNIQUEID}&outcome=${IVR_OUTCOME}&waited=$[${EPOCH} - ${IVR_BEGAN}])",
            f"Goto({context}-after,s,1)",
        ),
        _falls_to_net(context),
    )


def _outcomes(settings: AsteriskSettings) -> str:
    known = [f"exten => queue-{status},1,Return({outcome})\n" for status, outcome in _QUEUE_OUTCOMES.items()]
    known += [f"exten => dial-{status},1,Return({outcome})\n" for status, outcome in _DIAL_OUTCOMES.items()]
    return _context(f"{settings.context}-outcome", *known, "exten => _[qd]!,1,Return(failed)\n")


def _net(settings: AsteriskSettings) -> str:
    context = settings.context
    queues = "".join(
        _exten(queue.name, _queue_step(queue, str(queue.wait_s)), f"Goto({context}-net,s,busy)") for queue in settings.queues
    )
    message = (
        f"{settings.callbacks}/${{EPOCH}}~${{UNIQUEID}}~${{FILTER(0-9+,${{CALLERID(num)}})}}~${{IVR_QUEUE}}~${{IVR_REASON}}.wav"
    )
    return _context(
        f"{context}-net",
        _exten(
            "s",
            "Set(TIMEOUT(absolute)=0)",
            "Set(IVR_NEXT=)",
            f"Gosub({context}-plan,${{IVR_DIALLED}},1)",
            f"GotoIf($[${{EPOCH}} - 0${{IVR_TRIED}} < {JUST_TRIED_S}]?busy)",
            f"Gosub({context}-hours,${{IVR_QUEUE}},1)",
            'GotoIf($["${GOSUB_RETVAL}"="open"]?open)',
            f"Gosub({context}-say,closed,1)",
            "Goto(message)",
            f"(open)Gosub({context}-say,trouble,1)",
            f"GotoIf($[${{DIALPLAN_EXISTS({context}-net,${{IVR_QUEUE}},1)}}]?${{IVR_QUEUE}},1)",
            f"(busy)Gosub({context}-say,busy,1)",
            f"(message)Gosub({context}-say,leave_message,1)",
            f"Record({message},4,{settings.message_s},k)",
            f"Gosub({context}-say,thanks,1)",
            "Hangup()",
        ),
        queues,
        *(_exten(name, "Set(TIMEOUT(absolute)=0)", "Goto(s,message)") for name in ("T", "t", "i", "e")),
    )


def _say(settings: AsteriskSettings) -> str:
    languages = settings.languages
    path = settings.prompts.rstrip("/")
    return _context(
        f"{settings.context}-say",
        *(
            _exten(
                sentence,
                *_sentence(f"{path}/{sentence}", languages),
            )
            for sentence in SENTENCES
        ),
    )


def _sentence(path: str, languages: tuple[str, ...]) -> Iterator[str]:
    """In the caller's language, or in the first one."""
    first, *others = languages
    yield from (f'GotoIf($["${{IVR_LANGUAGE}}"="{language}"]?{language})' for language in others)
    yield f"Playback({path}-{first})"
    yield "Return()"
    for language in others:
        yield f"({language})Playback({path}-{language})"
        yield "Return()"


def _hours(settings: AsteriskSettings) -> str:
    """The global variable `CONTEXT_clock` (seconds since 1970) lets an administrator rehearse the night by day."""
    clock = f"${{IF($[0${{{settings.context}_clock}} > 0]?${{{settings.context}_clock}}:${{EPOCH}})}}"
    zone = settings.timezone
    return _context(
        f"{settings.context}-hours",
        *(
            _exten(
                queue.name,
                f"Set(LOCAL(now)={clock})",
                f"Set(LOCAL(date)=${{STRFTIME(${{now}},{zone},%Y%m%d)}})",
                f"Set(LOCAL(day)=${{STRFTIME(${{now}},{zone},%u)}})",
                f"Set(LOCAL(time)=1${{STRFTIME(${{now}},{zone},%H%M)}})",
                *_opening(queue.hours),
                "(open)Return(open)",
            )
            for queue in settings.queues
        ),
        "exten => _[A-Za-z0-9]!,1,Return(open)\n",
    )


def _opening(hours: Hours | None) -> Iterator[str]:
    if hours is None:
        return
    for date, ranges in sorted(hours.exceptions.items()):
        same = f'"${{date}}"="{date:%Y%m%d}"'
        yield from (_open_between(same, opens, closes) for opens, closes in ranges)
        yield f"ExecIf($[{same}]?Return(closed))"
    for day, opens, closes in hours.weekly:
        yield _open_between(f'"${{day}}"="{day + 1}"', opens, closes)
    yield "Return(closed)"


def _open_between(when: str, opens: dt.time, closes: dt.time) -> str:
    """Times carry a 1 before them, so that none begins with a zero."""
    return f"GotoIf($[{when} & ${{time}} >= 1{opens:%H%M} & ${{time}} < 1{closes:%H%M}]?open)"


def _hangup(settings: AsteriskSettings) -> str:
    """Tells the engine how a call ended that was away on a transfer."""
    return _context(
        f"{settings.context}-hangup",
        _exten(
            "s",
            'GotoIf($["${IVR_NEXT}"=""]?end)',
            'Set(IVR_OUTCOME=${IF($["${MEMBERINTERFACE}"!="" | "${DIALSTATUS}"="ANSWER"]?answered:abandoned)})',
            "AGI(agi://${IVR_HOME}/hangup?call=${UNIQUEID}&outcome=${IVR_OUTCOME}&waited=${QEHOLDTIME})",
            "(end)Return()",
        ),
    )


def _ping(settings: AsteriskSettings) -> str:
    """For `ivr doctor`: whether Asterisk itself reaches the engine, the packaged sentences and the folder for messages."""
    sentence = f"{settings.prompts.rstrip('/')}/{SENTENCES[0]}-{settings.languages[0]}"
    return _context(
        f"{settings.context}-ping",
        _exten(
            "s",
            "Set(AGIEXITONHANGUP=yes)",
            f"Set(TIMEOUT(absolute)={SWITCH_S})",
            f"AGI(agi://{settings.engines[0]}/ping)",
            "(play)Set(TIMEOUT(absolute)=0)",
            f"Playback({sentence},noanswer)",
            "UserEvent(GuichetPing,Pong: ${IVR_PONG},Played: ${PLAYBACKSTATUS},"
            f"Callbacks: ${{STAT(d,{settings.callbacks})}})",
            "Hangup()",
        ),
        _exten("T", "Goto(s,play)"),
    )


def _robot(settings: AsteriskSettings) -> str:
    """For `ivr call`: the caller's end of a call."""
    return _context(
        f"{settings.context}-robot",
        _exten("s", "SendDTMF(${IVR_KEYS},120,100)", "Wait(0${IVR_STAY})", "Hangup()"),
    )
