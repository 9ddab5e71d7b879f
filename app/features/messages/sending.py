"""One attempt at a message, by Apprise: the only place that knows how each channel wants to be told.

Apprise's plugins call `requests` by themselves. They are given a stand-in for it that ignores proxies and logins of
the environment, follows no redirect, and reads the answer's body as well: the robots of DingTalk, WeCom and Feishu
answer 200 also where they refuse, and Apprise looks at the status alone.
"""

import json
import logging
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

import requests
from apprise import AppriseAsset, NotifyFormat, PersistentStoreMode
from apprise.exception import AppriseImproperlyConfigured
from apprise.plugins import dingtalk, feishu, wecombot
from apprise.plugins.base import NotifyBase
from apprise.plugins.dingtalk import NotifyDingTalk
from apprise.plugins.email import NotifyEmail
from apprise.plugins.email import smtp as mailing
from apprise.plugins.feishu import NotifyFeishu
from apprise.plugins.wecombot import NotifyWeComBot

from app.features.messages.claiming import Letter
from app.features.messages.ending import ending_after, watched
from app.features.webhooks.sealing import Sealer, Unsealable
from app.models.words import ChannelKind
from app.settings import Settings

CONNECT_SECONDS = 5
"""To reach a platform; they answer within one."""

LARGEST_ANSWER = 64 * 1024
"""Bytes of an answer that are read; a robot's is one short line."""

SILENCES = 3
"""A whole attempt lasts as long as so many silences: an answer that drips would else never end."""

OK, BAD_GATEWAY = 200, 502

PART = 4096
"""Bytes that are read of it at a time."""

# What they say at these levels holds addresses with their tokens, and what went wrong is noted with the message.
logging.getLogger("apprise").setLevel(logging.CRITICAL)
logging.getLogger("urllib3").setLevel(logging.WARNING)

_attempt = threading.local()
"""What the thread's present attempt has come to, as a word; Apprise itself tells only whether it went well."""


class _Watching(requests.adapters.HTTPAdapter):
    """Has the connections of `requests` watched."""

    def get_connection_with_tls_context(self, *arguments: Any, **options: Any) -> Any:  # noqa: ANN401 its type is of a package that is not ours to name
        """Give the pool that makes the connection."""
        pool = super().get_connection_with_tls_context(*arguments, **options)
        pool.ConnectionCls = watched(pool.ConnectionCls, "_new_conn")
        return pool


class _Mailing:
    """What the mail plugin takes for `smtplib`: as much of it as it uses."""

    SMTP = watched(mailing.smtplib.SMTP, "_get_socket")
    SMTP_SSL = watched(mailing.smtplib.SMTP_SSL, "_get_socket")
    SMTPException = mailing.smtplib.SMTPException


mailing.smtplib = _Mailing


@dataclass(frozen=True, slots=True)
class _Read:
    """As much of an answer as the plugins look at."""

    status_code: int
    content: bytes


class _Carrier:
    """What the plugins take for `requests`: as much of it as they use."""

    codes = requests.codes
    RequestException = requests.RequestException

    @staticmethod
    def post(url: str, **options: Any) -> _Read:
        """Post once; what the answer comes to stands in `_attempt.error`."""
        _attempt.error = "no_connection"
        with requests.Session() as session:
            session.trust_env = False
            session.mount("https://", _Watching())
            session.mount("http://", _Watching())
            try:
                answer = session.post(url, **(options | {"allow_redirects": False, "stream": True}))
                body = _beginning(answer)
            except requests.Timeout:
                _attempt.error = "timeout"
                raise
        _attempt.error = _refusal(answer.status_code, body)
        # To the plugins only 200 is well.
        return _Read(OK if _attempt.error is None else BAD_GATEWAY, body)


def _beginning(answer: requests.Response) -> bytes:
    body = b""
    for part in answer.iter_content(PART):
        body += part
        if len(body) >= LARGEST_ANSWER:
            break
    return body


def _refusal(status: int, body: bytes) -> str | None:
    """Give a word for an answer that is no success: of another status, or with the platform's own code of an error."""
    if status != OK:
        return f"status_{status}"
    try:
        said = json.loads(body)
    except ValueError:
        return "answer_unreadable"
    if not isinstance(said, dict):
        return "answer_unreadable"
    # DingTalk and WeCom call it errcode; Feishu calls it code, and its older robots StatusCode.
    code = next((said[name] for name in ("errcode", "code", "StatusCode") if name in said), None)
    return None if code == 0 else f"refused_{code}"[:64]


for _module in (dingtalk, feishu, wecombot):
    _module.requests = _Carrier


class _DingTalk(NotifyDingTalk):  # type: ignore[misc] # what mypy skips is Any
    """DingTalk's robot, whose signature is encoded once: Apprise's own is encoded again as a parameter, and refused."""

    def get_signature(self) -> tuple[str, str]:
        """Give the timestamp and its signature, not encoded yet."""
        timestamp, signature = super().get_signature()
        return timestamp, unquote(signature)


@dataclass(frozen=True, slots=True)
class MailServer:
    """The deployment's own mail server; without a host there is none, and no e-mail is sent."""

    host: str = ""
    port: int | None = None
    security: str = "starttls"
    user: str = ""
    password: str = ""
    sender: str = ""

    @classmethod
    def of(cls, config: Settings) -> "MailServer":
        """Read it from the settings."""
        return cls(
            config.smtp_host,
            config.smtp_port,
            config.smtp_security,
            config.smtp_user,
            config.smtp_password.get_secret_value(),
            config.smtp_from,
        )


@dataclass(frozen=True)
class Post:
    """Sends letters; `seconds` is how long a platform or server may keep silent before an attempt is ended.

    Whatever they answer, an attempt lasts for SILENCES of them at most.
    """

    sealer: Sealer
    mail: MailServer
    seconds: float = 10

    def send(self, letter: Letter) -> str | None:
        """Send once; gives None where it was taken, and otherwise a word for what went wrong. It raises nothing."""
        try:
            address: Mapping[str, str] = json.loads(self.sealer.open(letter.sealed))
        except Unsealable:
            return "address_unreadable"
        if letter.kind is ChannelKind.EMAIL and not (self.mail.host and self.mail.sender):
            return "no_mail_server"
        # An e-mail says no more than whether it was taken.
        _attempt.error = "not_taken"
        with ending_after(SILENCES * self.seconds) as ending:
            try:
                taken = self._plugin(letter.kind, address).notify(body=letter.body, title=letter.subject)
            except AppriseImproperlyConfigured:
                return "address_refused"
        if taken:
            return None
        return "timeout" if ending.over else str(_attempt.error or "not_taken")

    def _plugin(self, kind: ChannelKind, address: Mapping[str, str]) -> NotifyBase:
        """Give Apprise's plugin for an address, made of its checked parts and never of an address as a whole."""
        options = {
            "asset": AppriseAsset(
                app_id="Kaohe", app_desc="Kaohe", storage_mode=PersistentStoreMode.MEMORY, http_redirects=False
            ),
            "cto": CONNECT_SECONDS,
            "rto": self.seconds,
        }
        match kind:
            case ChannelKind.DINGTALK:
                return _DingTalk(token=address["token"], secret=address["secret"], **options)
            case ChannelKind.WECOM:
                return NotifyWeComBot(key=address["key"], **options)
            case ChannelKind.FEISHU:
                return NotifyFeishu(token=address["token"], **options)
            case ChannelKind.EMAIL:
                return self._mail(address["address"], options)

    def _mail(self, to: str, options: dict[str, Any]) -> NotifyEmail:
        mail = self.mail
        return NotifyEmail(
            smtp_host=mail.host,
            host=mail.host,
            port=mail.port,
            user=mail.user or None,
            password=mail.password or None,
            secure_mode=mail.security,
            from_addr=mail.sender,
            targets=[to],
            format=NotifyFormat.TEXT,
            # For SMTP this is the time for each step of the conversation.
            **(options | {"cto": self.seconds}),
        )
