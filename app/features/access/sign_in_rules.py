"""What a deployment has settled about signing in: the profile of passwords, the lock, the limits of sessions."""

from dataclasses import dataclass
from datetime import timedelta

from app.rules.passwords import PROFILES, Policy
from app.settings import Settings


@dataclass(frozen=True, slots=True)
class SignInRules:
    """The settings of signing in, as values."""

    policy: Policy
    failures: int
    """In a row, after which a name is locked."""
    window: timedelta
    """Without a failure for so long, the next one is the first again."""
    locked: timedelta
    idle: timedelta
    lasts: timedelta

    @classmethod
    def of(cls, config: Settings) -> "SignInRules":
        """Read them from a deployment's settings."""
        return cls(
            policy=PROFILES[config.password_policy],
            failures=config.sign_in_failures,
            window=timedelta(minutes=config.sign_in_window_minutes),
            locked=timedelta(minutes=config.sign_in_locked_minutes),
            idle=timedelta(minutes=config.session_idle_minutes),
            lasts=timedelta(hours=config.session_hours),
        )
