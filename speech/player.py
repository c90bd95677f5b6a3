"""Plays a prompt on this machine."""

from pathlib import Path

import miniaudio


class Player:
    """Says once when there is no sound device."""

    def __init__(self) -> None:
        self._silent = False

    def play(self, path: Path) -> None:
        if self._silent:
            return
        try:
            stream = miniaudio.stream_file(str(path))
            with miniaudio.PlaybackDevice() as device:
                device.start(stream)
        except miniaudio.MiniaudioError:
            self._silent = True
