"""A mail server on this machine: it speaks as much SMTP as a sender needs, and keeps what it is given."""

import email
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email.header import decode_header, make_header
from email.message import Message

LOOPBACK = "127.0.0.1"


@dataclass(frozen=True)
class Mail:
    """One mail as it came: its envelope and its content."""

    sender: str
    recipient: str
    content: Message

    @property
    def subject(self) -> str:
        """The subject, decoded."""
        return str(make_header(decode_header(self.content["Subject"])))

    @property
    def text(self) -> str:
        """The plain text, which is all that there is."""
        assert self.content.get_content_type() == "text/plain", self.content.get_content_type()
        payload = self.content.get_payload(decode=True)
        assert isinstance(payload, bytes)
        return payload.decode().replace("\r\n", "\n")


@dataclass
class Mailbox:
    """A small server; `refusing` recipients are answered with 550."""

    refusing: frozenset[str] = frozenset()
    mails: list[Mail] = field(default_factory=list)
    _ended: bool = False

    def __post_init__(self) -> None:
        """Listen."""
        self._listener = socket.create_server((LOOPBACK, 0), backlog=64)
        # Where a shutdown does not wake the thread, it looks by itself.
        self._listener.settimeout(0.1)
        self.port = int(self._listener.getsockname()[1])
        self._accepting = threading.Thread(target=self._accept, daemon=True)
        self._accepting.start()

    def end(self) -> None:
        """Listen no more: whoever connects once this has returned is refused."""
        self._ended = True
        # As in tests/receivers.py: closed alone, it would go on listening while its thread waits.
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._accepting.join()
        self._listener.close()

    def _accept(self) -> None:
        while not self._ended:
            with suppress(TimeoutError, OSError):
                connection, _ = self._listener.accept()
                threading.Thread(target=self._converse, args=[connection], daemon=True).start()

    def _converse(self, connection: socket.socket) -> None:
        with connection, connection.makefile("rwb") as line, suppress(OSError):
            sender = recipient = ""

            def say(text: str) -> None:
                line.write(text.encode() + b"\r\n")
                line.flush()

            say("220 mail.example ready")
            for raw in line:
                said = raw.decode().strip()
                verb = said[:4].upper()
                if verb == "MAIL":
                    sender = said.partition("<")[2].partition(">")[0]
                elif verb == "RCPT":
                    recipient = said.partition("<")[2].partition(">")[0]
                    if recipient in self.refusing:
                        say("550 no such mailbox")
                        continue
                elif verb == "DATA":
                    say("354 go on")
                    lines = iter(line.readline, b".\r\n")
                    content = b"".join(part[1:] if part.startswith(b"..") else part for part in lines)
                    self.mails.append(Mail(sender, recipient, email.message_from_bytes(content)))
                elif verb == "QUIT":
                    say("221 bye")
                    return
                say("250 well")


@contextmanager
def mailbox(*refusing: str) -> Iterator[Mailbox]:
    """Give a mail server for a while."""
    box = Mailbox(frozenset(refusing))
    try:
        yield box
    finally:
        box.end()
