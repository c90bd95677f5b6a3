"""Chooses free ports on the loopback address. Rule: below the range that the kernel hands out by itself,
so that an outgoing connection cannot take one between choosing and binding."""

import random
import socket
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

LOOPBACK = "127.0.0.1"
CHOICE = range(21000, 32000)
_TRIES = 200
_BLOCK = 4  # SIPp takes the ports beside its media port as well
_given: deque[int] = deque(maxlen=1_000)  # blocks handed out by this process, bound or soon to be


@dataclass(frozen=True)
class Ports:
    """Where one Asterisk listens: SIP (UDP), manager (TCP), and the range of its RTP sockets."""

    sip: int
    manager: int
    rtp_first: int = 10000
    rtp_last: int = 19999


def choose_ports() -> Ports:
    """Ports that are free now. RTP ranges may overlap between instances: Asterisk tries the next one by itself."""
    sip, manager = free_ports(2)
    return Ports(sip, manager)


def free_ports(count: int, step: int = 1) -> list[int]:
    """Distinct ports, free for UDP and TCP alike, multiples of ``step``; this process is not given one twice in a row."""
    found: list[int] = []
    for _ in range(_TRIES):
        port = random.SystemRandom().choice(CHOICE) // step * step
        if port in CHOICE and port // _BLOCK not in _given and _is_free(port):
            _given.append(port // _BLOCK)
            found.append(port)
        if len(found) == count:
            return found
    raise OSError(f"no {count} free ports between {CHOICE.start} and {CHOICE.stop}")


def _is_free(port: int) -> bool:
    kinds: Sequence[socket.SocketKind] = (socket.SOCK_DGRAM, socket.SOCK_STREAM)
    for kind in kinds:
        with socket.socket(socket.AF_INET, kind) as probe:
            try:
                probe.bind((LOOPBACK, port))
            except OSError:
                return False
    return True
