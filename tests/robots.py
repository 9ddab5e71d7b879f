"""The platforms' robots on this machine: each checks that it is spoken to in its own format, and answers like it."""

import base64
import hashlib
import hmac
import json
import re
import socket
from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

import pytest
from apprise.plugins.dingtalk import NotifyDingTalk
from apprise.plugins.feishu import NotifyFeishu
from apprise.plugins.wecombot import NotifyWeComBot

from app.models.words import ChannelKind
from app.settings import Settings
from tests.mailboxes import LOOPBACK, Mailbox, mailbox
from tests.receivers import Got, Receiver, answer, receiving

SECRET = "SEC" + "0a1b2c3d" * 8
"""With which every DingTalk robot of the tests signs; an invented one."""

WECOM_BYTES = 2048
"""What WeCom takes of a text."""


def address(kind: ChannelKind, number: int) -> dict[str, str]:
    """Give the address of somebody's channel, as its owner would state it."""
    match kind:
        case ChannelKind.EMAIL:
            return {"address": f"officer{number}@office.example"}
        case ChannelKind.DINGTALK:
            return {"token": f"{number:064x}", "secret": SECRET}
        case ChannelKind.WECOM:
            return {"key": f"00000000-0000-4000-8000-{number:012d}"}
        case ChannelKind.FEISHU:
            return {"token": f"11111111-0000-4000-8000-{number:012d}"}


def named_by(kind: ChannelKind, number: int) -> str:
    """Give what of that address a robot or mail server finds its channel by."""
    return next(iter(address(kind, number).values()))


@dataclass
class Robots:
    """All platforms and a mail server: what each channel was told, by what names it there."""

    mail: Mailbox
    texts: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    refusing: dict[str, bytes] = field(default_factory=dict)
    """What is answered instead to some channel."""

    def told(self, kind: ChannelKind, number: int) -> list[str]:
        """Give the texts that a channel was told, each with its subject in the first line."""
        name = named_by(kind, number)
        if kind is ChannelKind.EMAIL:
            return [f"{mail.subject}\n{mail.text}" for mail in self.mail.mails if mail.recipient == name]
        return self.texts[name]

    def settings(self, **more: object) -> Settings:
        """Give settings that send to this mail server."""
        return Settings.model_validate({
            "smtp_host": LOOPBACK,
            "smtp_port": self.mail.port,
            "smtp_security": "insecure",
            "smtp_from": "kaohe@office.example",
            "message_seconds": 2,
            **more,
        })  # fmt: skip

    def dingtalk(self, got: Got, _connection: socket.socket) -> bytes:
        """Check the signature, which covers the time, and take the text."""
        at = urlsplit(got.path)
        query = {name: value for name, (value,) in parse_qs(at.query, strict_parsing=True).items()}
        assert at.path == "/robot/send"
        assert set(query) == {"access_token", "timestamp", "sign"}
        assert re.fullmatch(r"\d{13}", query["timestamp"])
        signed = hmac.new(SECRET.encode(), f"{query['timestamp']}\n{SECRET}".encode(), hashlib.sha256).digest()
        if query["sign"] != base64.b64encode(signed).decode():
            return answer(200, b'{"errcode":310000,"errmsg":"sign not match"}')
        said = json.loads(got.body)
        assert said["msgtype"] == "text"
        return self._take(query["access_token"], said["text"]["content"], b'{"errcode":0,"errmsg":"ok"}')

    def wecom(self, got: Got, _connection: socket.socket) -> bytes:
        """Take the text, which may not be longer than the platform allows."""
        at = urlsplit(got.path)
        assert at.path == "/cgi-bin/webhook/send"
        said = json.loads(got.body)
        assert said["msgtype"] == "text"
        content = said["text"]["content"]
        if len(content.encode()) > WECOM_BYTES:
            return answer(200, b'{"errcode":40058,"errmsg":"text.content exceed max length 2048"}')
        return self._take(parse_qs(at.query)["key"][0], content, b'{"errcode":0,"errmsg":"ok"}')

    def feishu(self, got: Got, _connection: socket.socket) -> bytes:
        """Take the text."""
        found = re.fullmatch(r"/open-apis/bot/v2/hook/([^/]+)/?", got.path)
        assert found is not None
        said = json.loads(got.body)
        assert said["msg_type"] == "text"
        return self._take(found[1], said["content"]["text"], b'{"code":0,"msg":"success","data":{}}')

    def _take(self, name: str, text: str, well: bytes) -> bytes:
        if name in self.refusing:
            return self.refusing[name]
        self.texts[name].append(text.replace("\r\n", "\n"))
        return answer(200, well, Content_Type="application/json")


@contextmanager
def robots(patched: pytest.MonkeyPatch, *refusing: str) -> Iterator[Robots]:
    """Give all of them for a while, and have Apprise's plugins speak to them instead of to the platforms."""
    with ExitStack() as stack:
        there = Robots(stack.enter_context(mailbox(*refusing)))

        def at(receiver: Receiver) -> str:
            return f"http://{LOOPBACK}:{receiver.port}"

        dingtalk, wecom, feishu = stack.enter_context(receiving(there.dingtalk, there.wecom, there.feishu))
        patched.setattr(NotifyDingTalk, "notify_url", f"{at(dingtalk)}/robot/send?access_token={{token}}")
        patched.setattr(NotifyWeComBot, "notify_url", f"{at(wecom)}/cgi-bin/webhook/send?key={{key}}")
        patched.setattr(NotifyFeishu, "notify_url", f"{at(feishu)}/open-apis/bot/v2/hook/{{token}}/")
        yield there
