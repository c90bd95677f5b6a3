"""Every setting of a deployment, with its default; each is read from the environment as GUICHET_NAME or from a `.env` file.

Rule: a default listens on loopback, keeps nothing longer than it must, and needs no network.
"""

import os
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

Port = Annotated[int, Field(ge=1, le=65535)]


class Settings(BaseSettings):
    """Durations carry their unit in their name. Relative paths are seen from where the command is run."""

    model_config = SettingsConfigDict(env_prefix="GUICHET_", env_file=".env", extra="ignore", frozen=True)

    data_dir: Path = Path("var")
    menus_dir: Path = Path("menus")

    database_url: str = ""
    """Guichet's own database; empty: SQLite in data_dir/guichet.sqlite."""
    demo_database_url: str = ""
    """The demo information system; empty: SQLite in data_dir/demo.sqlite."""
    information_system_url: str = ""
    """Base address of a real information system (docs/openapi); empty: the demo database."""
    information_system_token: str = ""
    information_system_timeout_ms: int = 2_500
    """Shorter than the handlers' own limit, so that it is the information system that is named."""

    agi_host: str = "127.0.0.1"
    agi_port: Port = 4573
    max_calls: Annotated[int, Field(ge=1)] = 1_000

    ami_host: str = "127.0.0.1"
    ami_port: Port = 5038
    ami_user: str = "guichet"
    ami_secret: str = ""

    sip_host: str = "127.0.0.1"
    sip_port: Port = 5060

    online_voice: bool = False
    """gTTS for prompts without values: their text goes to a public service."""
    voice_timeout_ms: Annotated[int, Field(ge=100)] = 1_500
    """How long a caller's turn waits for a prompt that is not in the cache."""
    voice_rate: Annotated[int, Field(ge=80, le=300)] = 160
    """Words a minute of espeak-ng."""
    voice_workers: Annotated[int, Field(ge=1, le=64)] = 2
    prompts_mb: Annotated[int, Field(ge=10)] = 2_000
    """Prompts that were not said for longest are purged beyond this."""

    deliver: bool = True
    """Whether `ivr serve` delivers messages and callbacks too; false where `ivr deliver` runs beside it."""
    sms_url: str = ""
    """The SMS gateway; without one, SMS wait in the outbox."""
    sms_token: str = ""
    sms_sender: str = ""
    mail_host: str = ""
    """The mail server; without one, e-mails wait in the outbox."""
    mail_port: Port = 587
    mail_security: Literal["starttls", "tls", "none"] = "starttls"
    mail_user: str = ""
    mail_password: str = ""
    mail_sender: str = ""
    mail_reply_to: str = ""
    mail_ca_file: str = ""

    handler_workers: Annotated[int, Field(ge=1)] = 64
    retention_days: Annotated[int, Field(ge=1)] = 183
    """How long calls are kept; six months, as the French data protection authority's reference for recordings has it."""

    @property
    def root(self) -> Path:
        return self.data_dir.expanduser().resolve()

    @property
    def guichet_database(self) -> str:
        return self.database_url or f"sqlite:///{self.root / 'guichet.sqlite'}"

    @property
    def demo_database(self) -> str:
        return self.demo_database_url or f"sqlite:///{self.root / 'demo.sqlite'}"

    @property
    def journal_dir(self) -> Path:
        return self.root / "journal"

    @property
    def prompts_dir(self) -> Path:
        return self.root / "prompts"

    @property
    def recordings_dir(self) -> Path:
        return self.root / "recordings"

    @property
    def asterisk_dir(self) -> Path:
        return self.root / "asterisk"

    @property
    def callbacks_dir(self) -> Path:
        return self.root / "callbacks"

    @property
    def letters_dir(self) -> Path:
        return self.root / "letters"

    @property
    def site_key_file(self) -> Path:
        return self.root / "site.key"


RUNNING = "running.env"


def load_settings() -> Settings:
    """The settings in force: the environment, then `.env`, then what `ivr up` wrote about the Asterisk that it started."""
    data_dir = Path(os.environ.get("GUICHET_DATA_DIR", Settings.model_fields["data_dir"].default))
    return Settings(_env_file=(data_dir / RUNNING, ".env"))  # type: ignore[call-arg]  # pydantic-settings' own argument
