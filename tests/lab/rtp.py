"""What a caller sends, as RTP packets in a pcap file that SIPp plays. Rule: one clock for the whole call, so that equal
keys pressed twice are two events (RFC 4733) and speech goes on where it stopped."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.lab.g711 import Samples, encode

_KEYS = "0123456789*#ABCD"
_TICKS_A_MS = 8
_PACKET_MS = 20
_ALAW, _TELEPHONE_EVENT = 8, 101
_VOLUME = 10
_PACKET = _PACKET_MS * _TICKS_A_MS
_QUIET = b"\xd5"


@dataclass
class Stream:
    """The RTP stream of one call; ``now_ms`` is its own clock."""

    ssrc: int
    now_ms: int = 0
    sequence: int = 1

    def keys(self, digits: str, press_ms: int, gap_ms: int) -> bytes:
        """A pcap of keys pressed one after the other."""
        start = self.now_ms
        packets: list[tuple[int, bytes]] = []
        for digit in digits:
            packets += [(at - start, packet) for at, packet in self._key(_KEYS.index(digit), press_ms)]
            self.now_ms += press_ms + gap_ms
        return _pcap(packets)

    def speech(self, samples: Samples) -> bytes:
        """A pcap of 8 kHz speech, packed 20 ms a packet."""
        codes = encode(samples)
        return self._audio([codes[at : at + _PACKET] for at in range(0, len(codes), _PACKET)])

    def silence(self, ms: int) -> bytes:
        """A pcap of what a phone sends while its owner listens; ``now_ms`` moves on by exactly ``ms``."""
        end = self.now_ms + ms
        content = self._audio([b""] * (ms // _PACKET_MS))
        self.now_ms = end
        return content

    def _audio(self, pieces: list[bytes]) -> bytes:
        packets = []
        for number, piece in enumerate(pieces):
            payload = piece.ljust(_PACKET, _QUIET)
            packets.append((number * _PACKET_MS, self._packet(_ALAW, self.now_ms * _TICKS_A_MS, payload, marker=number == 0)))
            self.now_ms += _PACKET_MS
        return _pcap(packets)

    def _key(self, event: int, press_ms: int) -> Iterator[tuple[int, bytes]]:
        ticks = self.now_ms * _TICKS_A_MS
        for elapsed in range(_PACKET_MS, press_ms + 1, _PACKET_MS):
            payload = struct.pack("!BBH", event, _VOLUME, elapsed * _TICKS_A_MS)
            yield self.now_ms + elapsed - _PACKET_MS, self._packet(_TELEPHONE_EVENT, ticks, payload, elapsed == _PACKET_MS)
        for _ in range(3):
            payload = struct.pack("!BBH", event, 0x80 | _VOLUME, press_ms * _TICKS_A_MS)
            yield self.now_ms + press_ms, self._packet(_TELEPHONE_EVENT, ticks, payload, marker=False)

    def _packet(self, kind: int, ticks: int, payload: bytes, marker: bool) -> bytes:
        self.sequence = (self.sequence + 1) % 0x10000
        return struct.pack("!BBHII", 0x80, marker << 7 | kind, self.sequence, ticks % 2**32, self.ssrc) + payload


def _pcap(packets: list[tuple[int, bytes]]) -> bytes:
    header = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1)
    return header + b"".join(_frame(at_ms, rtp) for at_ms, rtp in packets)


def _frame(at_ms: int, rtp: bytes) -> bytes:
    # SIPp reads the ports and the payload and writes headers of its own; Ethernet and IPv4 are there to be skipped.
    udp = struct.pack("!HHHH", 6000, 6000, 8 + len(rtp), 0) + rtp
    loopback = bytes((127, 0, 0, 1))
    ip = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(udp), 0, 0, 64, 17, 0, loopback, loopback) + udp
    frame = bytes(12) + b"\x08\x00" + ip
    return struct.pack("<IIII", at_ms // 1000, at_ms % 1000 * 1000, len(frame), len(frame)) + frame


def write_pcap(folder: Path, number: int, content: bytes) -> Path:
    """Puts it where SIPp will read it."""
    file = folder / f"step{number}.pcap"
    file.write_bytes(content)
    return file
