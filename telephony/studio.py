"""Prompts as files that Asterisk can play: which file, under which name Asterisk finds it, and what to play when there is none.

Rule: making audio never holds a line; the caller of `begin` keeps the line alive meanwhile.
"""

from collections.abc import Mapping
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field
from pathlib import Path

from ivr.engine.prompts import Prompt
from ivr.ports.synthesizer import Audio, Synthesizer


@dataclass(frozen=True, slots=True)
class SoundSettings:
    """`here` and `there` are one folder, as this process and as Asterisk see it.

    `trouble` holds by language the packaged sentence for a prompt that cannot be had ("... tapez 0 pour un conseiller"), as a
    file of this process; `recordings` is the folder below `here` into which Asterisk records.
    """

    here: Path
    there: str
    trouble: Mapping[str, Path] = field(default_factory=dict)
    trouble_ms: int = 8_000
    recordings: str = "recordings"
    make_ms: int = 2_500


class Studio:
    """One for the process; `workers` make the prompts that are not in the cache."""

    def __init__(self, synthesizer: Synthesizer, settings: SoundSettings, workers: Executor) -> None:
        self.settings = settings
        self._here = settings.here.resolve()
        self._prefix = f"{self._here}/"
        self._there = settings.there.rstrip("/") + "/"
        self._synthesizer = synthesizer
        self._workers = workers

    def ready(self, prompt: Prompt) -> Audio | None:
        return self._synthesizer.ready(prompt)

    def begin(self, prompt: Prompt) -> "Future[Audio]":
        """Start to make it; the future raises SynthesisError."""
        return self._workers.submit(self._synthesizer.audio, prompt, self.settings.make_ms)

    def trouble(self, language: str) -> Audio | None:
        """The packaged sentence, in another language when this one has none."""
        known = self.settings.trouble
        path = known.get(language) or next(iter(known.values()), None)
        return Audio(path, self.settings.trouble_ms) if path is not None else None

    def name(self, audio: Audio) -> str:
        """The file as Asterisk names it: its own path, without the extension `.wav`."""
        path = str(audio.path)
        if path.startswith(self._prefix):
            return f"{self._there}{path[len(self._prefix) : -4]}"
        return self.there(audio.path.with_suffix(""))

    def there(self, path: Path) -> str:
        """A path of ours as Asterisk sees it; one outside the folder stays as it is."""
        whole = path if path.is_relative_to(self._here) else path.resolve()
        if not whole.is_relative_to(self._here):
            return str(path)
        return f"{self._there}{whole.relative_to(self._here)}"

    def recording(self, name: str) -> Path:
        """Where a recording is to be written, without its extension."""
        return self.settings.here / self.settings.recordings / name
