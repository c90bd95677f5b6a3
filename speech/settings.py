"""What the voice may be told."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class SpeechSettings:
    """`cache_dir` holds the prompts; Asterisk reads it. `online` sends the text of prompts without values to a public service.

    `rate` is words a minute; `workers` voices speak at a time; an online voice that failed is left alone for `online_pause_s`.
    """

    cache_dir: Path
    online: bool = False
    rate: int = 160
    workers: int = 2
    online_timeout_s: float = 10.0
    online_pause_s: float = 300.0
