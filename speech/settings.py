"""What the voice may be told."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class SpeechSettings:
    """`cache_dir` holds the prompts; Asterisk reads it."""

    cache_dir: Path
    online: bool = False
    rate: int = 160
    workers: int = 2
