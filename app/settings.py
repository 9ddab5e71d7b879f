"""What a deployment may set, by environment variable, with defaults that suit one machine."""

from functools import lru_cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict


class Settings(BaseSettings):
    """The settings of one process; names without the prefix are those that every platform uses."""

    model_config = SettingsConfigDict(env_prefix="KAOHE_", env_ignore_empty=True)

    environment: Literal["development", "production"] = "development"
    """In production, settings that are unsafe refuse to start (`app/rules/deployments.py`)."""
    database_url: str = Field(default="", validation_alias="DATABASE_URL")
    """SQLAlchemy URL; empty means the SQLite file `kaohe.db` in `var_dir`."""
    host: str = "127.0.0.1"
    trusted_proxies: Annotated[tuple[str, ...], NoDecode] = ("127.0.0.1", "::1")
    """Addresses or networks, divided by commas, whose X-Forwarded-For says who is calling."""
    port: int = Field(default=8000, validation_alias="PORT", ge=1, le=65535)
    var_dir: Path = Path("var")
    """Where the service keeps what it writes itself: the SQLite file, the cursor key, the demo's tokens."""
    body_seconds: int = Field(default=20, ge=1, le=120)
    """How long a body of JSON may take to arrive."""
    cursor_key: str = ""
    """Secret that signs page cursors; several processes must share it. Empty: made once and kept in `var_dir`."""
    audit_heads: Path | None = None
    """File outside of the database that keeps the heads of the audit's chains; left out, `audit-heads.jsonl` in
    `var_dir`. Best on another disk, or collected by another machine."""
    evidence_dir: Path | None = None
    """Folder that keeps the files which vendors hand in; left out, `evidence` in `var_dir`. Processes share it."""
    evidence_largest: int = Field(default=10 << 20, ge=1, le=1 << 30)
    """Bytes that one file may have."""
    evidence_quota: int = Field(default=500 << 20, ge=1)
    """Bytes that all files of one vendor may have together."""
    evidence_seconds: int = Field(default=120, ge=1, le=3600)
    """How long the bytes of one file may take to arrive."""
    access_log_days: int = Field(default=400, ge=184)
    """How long entries of the access log are kept: at least six months, as the law on cyber security asks of logs."""
    password_policy: Literal["dengbao", "asvs"] = "dengbao"  # noqa: S105 the name of a profile, not a secret
    """The profile that people's passwords satisfy; see docs/access.md."""
    sign_in_failures: int = Field(default=5, ge=3, le=100)
    """Failed sign-ins in a row after which a name is locked (等保 asks for a limit; assessors take 5)."""
    sign_in_window_minutes: int = Field(default=15, ge=1, le=1440)
    """After so long without a failure the next one is the first again."""
    sign_in_locked_minutes: int = Field(default=15, ge=1, le=1440)
    """How long a name is locked."""
    session_idle_minutes: int = Field(default=15, ge=1, le=720)
    """After so long without a request a session has ended (NIST SP 800-63B, AAL3)."""
    session_hours: int = Field(default=12, ge=1, le=24)
    """After so long it ends however busy it is (NIST SP 800-63B, AAL2 and AAL3)."""
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"] = "INFO"
    """From which level on is logged, one JSON object a line, to standard error."""
    token_days: int = Field(default=366, ge=1, le=366)
    """For how many days at most an administrator may issue a token to a machine."""
    tick_minutes: int = Field(default=10, ge=1, le=60)
    """How often the clock asks whether a business date has not been run yet."""
    secret_key: SecretStr = SecretStr("")
    """Encrypts webhook secrets at rest; every process must have it. Several, divided by commas: the first encrypts,
    all decrypt. Empty: made once and kept in `var_dir`."""
    webhook_ports: Annotated[frozenset[int], NoDecode] = frozenset({443, 8443})
    """The ports that an endpoint may listen on, divided by commas."""
    webhook_http: bool = False
    """Whether an endpoint may be reached without TLS; only for networks that are closed in themselves."""
    webhook_schedule: Annotated[tuple[int, ...] | None, NoDecode] = None
    """Seconds from each failed attempt to the next, divided by commas; `none` means that there is one attempt. Left
    out: ten attempts over three days, then daily until eight days have passed."""
    webhook_in_flight: int = Field(default=64, ge=1, le=1000)
    """How many deliveries one deliverer sends at a time."""
    webhook_attempt_seconds: int = Field(default=20, ge=1, le=60)
    """How long one whole attempt may take, from the name's look-up to the last byte of the answer."""

    reads_per_minute: int = Field(default=1200, ge=0)
    """How often one principal may read; as with the next four, 0 means as often as it likes."""
    writes_per_minute: int = Field(default=300, ge=0)
    """How often one principal may change something."""
    heavy_per_minute: int = Field(default=30, ge=0)
    """How often one principal may ask for what takes long: files, workbooks, trials, nights."""
    strangers_per_minute: int = Field(default=120, ge=0)
    """How often one address may come without a valid token or session before it is told to wait."""
    sign_ins_per_minute: int = Field(default=10, ge=0)
    """How often one address, and how often anybody under one name, may try to sign in."""
    public_url: str = Field(default="", pattern=r"^(https?://[^\s]{1,200})?$")
    """Where people reach the service; named at the end of messages to them. Empty: messages name no address."""
    smtp_host: str = ""
    """The deployment's mail server; empty: no e-mail is sent."""
    smtp_port: int | None = Field(default=None, ge=1, le=65535)
    """Left out, the usual port of `smtp_security`: 587, 465 or 25."""
    smtp_security: Literal["starttls", "ssl", "insecure"] = "starttls"
    """`insecure` sends without TLS: only for a mail server on the same machine."""
    smtp_user: str = ""
    smtp_password: SecretStr = SecretStr("")
    smtp_from: str = ""
    """The sender's address; needed beside `smtp_host`."""
    message_seconds: int = Field(default=10, ge=1, le=60)
    """How long a platform or mail server may keep silent before an attempt at a message is ended."""

    @field_validator("webhook_ports", "webhook_schedule", mode="before")
    @classmethod
    def _divided(cls, value: object) -> object:
        """Read numbers divided by commas, as an environment variable holds them; `none` is no number at all."""
        if not isinstance(value, str):
            return value
        return () if value == "none" else tuple(int(part) for part in value.split(","))

    @field_validator("trusted_proxies", mode="before")
    @classmethod
    def _listed(cls, value: object) -> object:
        """Read texts divided by commas, as an environment variable holds them."""
        if not isinstance(value, str):
            return value
        return tuple(part.strip() for part in value.split(",") if part.strip())

    def resolved_audit_heads(self) -> Path:
        """Give the file of the audit's heads."""
        return self.audit_heads or self.var_dir / "audit-heads.jsonl"

    def resolved_evidence_dir(self) -> Path:
        """Give the folder of the files that vendors hand in."""
        return self.evidence_dir or self.var_dir / "evidence"

    def resolved_database_url(self) -> str:
        """Give the URL to connect to, making the folder of the default SQLite file where it is missing."""
        if self.database_url:
            return self.database_url
        self.var_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        return f"sqlite:///{(self.var_dir / 'kaohe.db').resolve()}"


@lru_cache
def settings() -> Settings:
    """Read the environment once a process."""
    return Settings()
