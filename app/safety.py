"""Looks at the deployment before a process starts: one that is unsafe starts in development only."""

import os
import stat
from pathlib import Path

from sqlalchemy import make_url, text
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, col, select

from app.database import Database, lacks_schema
from app.models import JobRun
from app.models.words import AskedBy
from app.rules.deployments import Deployment, reasons_against
from app.settings import Settings

PRIVATE = 0o077
"""What is masked out of the modes of every file and folder that a process makes."""
DEMO_TOKENS = "demo-tokens.json"


def keep_private() -> None:
    """Have everything that this process makes readable by its own user alone."""
    os.umask(PRIVATE)


def require_safe(config: Settings, database: Database, listens_on: str | None = None) -> None:
    """End the process with every reason and its remedy where it would serve in production unsafely.

    `listens_on` is the address that will be listened on; None for a process that opens no port.
    """
    if config.environment == "development":
        return
    reasons = reasons_against(found(config, database, listens_on))
    if reasons:
        lines = (f"- {reason.detail}\n  {reason.remedy}" for reason in reasons)
        raise SystemExit("\n".join(("Kaohe does not start in production like this:", *lines)))


def found(config: Settings, database: Database, listens_on: str | None = None) -> Deployment:
    """Say how things stand with the settings, the files and the database."""
    answers, demo_data, superuser = _asked(database)
    return Deployment(
        secret_key_set=bool(config.secret_key.get_secret_value()),
        cursor_key_set=bool(config.cursor_key),
        shared=database.dialect != "sqlite",
        listens_on=listens_on,
        trusted_proxies=config.trusted_proxies,
        webhook_http=config.webhook_http,
        plain_mail_host=(config.smtp_host or None) if config.smtp_security == "insecure" else None,
        public_url=config.public_url,
        log_level=config.log_level,
        open_to_others=tuple(str(path) for path in _own_paths(config, database) if _is_open(path)),
        demo_tokens=(config.var_dir / DEMO_TOKENS).exists(),
        demo_data=demo_data,
        superuser=superuser,
        database_answers=answers,
    )


def _own_paths(config: Settings, database: Database) -> list[Path]:
    """Give what must be private; the heads of the audit are hashes, which may well be collected by others."""
    paths = [
        config.var_dir,
        config.resolved_evidence_dir(),
        config.var_dir / "secret.key",
        config.var_dir / "cursor.key",
    ]
    file = make_url(database.url).database
    if database.dialect == "sqlite" and file:
        paths += [Path(file), Path(f"{file}-wal")]
    return paths


def _is_open(path: Path) -> bool:
    return path.exists() and bool(stat.S_IMODE(path.stat().st_mode) & PRIVATE)


def _asked(database: Database) -> tuple[bool, bool, bool]:
    """Tell whether the database answers, whether it holds the demo, and whether it lets this process do anything."""
    try:
        with database.read() as session:
            superuser = database.dialect == "postgresql" and _is_superuser(session)
            return True, _has_demo(session), superuser
    except DBAPIError:
        return False, False, False


def _is_superuser(session: Session) -> bool:
    return bool(session.execute(text("SELECT current_setting('is_superuser')")).scalar_one() == "on")


def _has_demo(session: Session) -> bool:
    """Tell by the demo's nights, which every command that loads it runs."""
    try:
        return session.exec(select(JobRun.id).where(col(JobRun.asked_by) == AskedBy.DEMO).limit(1)).first() is not None
    except DBAPIError as error:
        if not lacks_schema(error):
            raise
        return False
