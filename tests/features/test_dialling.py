"""Where a delivery may go, and what a receiver can do to who sends it: real connections on this machine."""

import asyncio
import gzip
import socket
import ssl
import time
import tracemalloc
import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from app import clock
from app.features.webhooks import signing
from app.features.webhooks.dialling import LARGEST_ANSWER
from app.features.webhooks.parcels import Answer, Parcel
from app.features.webhooks.sending import Sender
from app.rules.destinations import UrlPolicy
from tests.deliveries import SEALER, anywhere, loopback
from tests.receivers import LOOPBACK, Behaviour, Receiver, answer, answers, drips, floods, receiving, silent, takes

INWARD = (
    "127.0.0.1", "0.0.0.1", "::1", "::", "::ffff:127.0.0.1", "::127.0.0.1", "64:ff9b::127.0.0.1", "64:ff9b:1::7f00:1",
    "2002:7f00:1::", "2001:0:7f00:1::", "::ffff:0:127.0.0.1", "fe80::1%lo", "169.254.169.254", "10.0.0.1",
    "172.16.0.1", "192.168.0.1", "100.64.0.1", "fd00::1", "2400:3200::5efe:7f00:1",
)  # fmt: skip
SECONDS = 2.0
GIVEN_UP_SECONDS = 8
"""By then an attempt of a second has ended on a busy machine too; nobody here lets go of it by himself so soon."""


def parcel(url: str, **changes: object) -> Parcel:
    """Give something to send."""
    own = Parcel(
        delivery_id=uuid.uuid4(),
        attempt_id=uuid.uuid4(),
        number=1,
        step=0,
        endpoint_id=uuid.uuid4(),
        event_id=uuid.uuid4(),
        event_type="payout.approved",
        url=url,
        body='{"data":"考核"}'.encode(),
        sealed=(SEALER.seal(signing.new_secret()),),
    )
    return replace(own, **changes)  # type: ignore[arg-type]


def policy(*ports: int) -> UrlPolicy:
    """Allow some ports, without TLS."""
    return UrlPolicy(frozenset(ports), http=True)


def sent(receiver: Receiver, url: str | None = None, seconds: float = SECONDS) -> Answer:
    """Send one parcel to a receiver, through production's sender but for the check of its address."""
    sender = Sender(policy(receiver.port), SEALER, seconds, loopback, anywhere)
    return asyncio.run(sender.send(parcel(url or receiver.url())))


def found_at(*addresses: str) -> "Finder":
    """Give a resolver that finds every name at these addresses."""
    return Finder([addresses])


class Finder:
    """A resolver that gives one finding after the other, and counts how often it is asked."""

    def __init__(self, findings: Sequence[Sequence[str]]) -> None:
        """Keep them."""
        self.findings, self.asked = list(findings), 0

    async def __call__(self, _host: str, _port: int) -> Sequence[str]:
        self.asked += 1
        return self.findings[min(self.asked, len(self.findings)) - 1]


@pytest.mark.parametrize("address", INWARD)
def test_no_connection_is_made_to_an_inner_address(address: str) -> None:
    with receiving(takes) as (receiver,):
        for addresses in ((address,), ("114.114.114.114", address)):
            sender = Sender(policy(receiver.port), SEALER, SECONDS, found_at(*addresses))
            assert asyncio.run(sender.send(parcel(receiver.url()))) == Answer("blocked_destination")
        assert receiver.connections == 0


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "2130706433", "0x7f.1", "0177.1", "[::1]", "[::ffff:7f00:1]", "１２７.0.0.1", "localhost"]
)
def test_no_connection_is_made_to_a_literal_address_that_is_stored_already(host: str) -> None:
    with receiving(takes) as (receiver,):
        sender = Sender(policy(receiver.port), SEALER, SECONDS, loopback, anywhere)
        refused = asyncio.run(sender.send(parcel(f"http://{host}:{receiver.port}/")))
        assert (refused, receiver.connections) == (Answer("address_not_allowed"), 0)


def test_rebinding_the_checked_address_is_the_one_that_is_dialled() -> None:
    looked_at: list[str] = []

    def notes(address: str, _lifted: object) -> None:
        looked_at.append(address)

    with receiving(takes) as (receiver,):
        finder = Finder([["127.0.0.1"], ["127.0.0.2"]])
        sender = Sender(policy(receiver.port), SEALER, SECONDS, finder, notes)
        assert asyncio.run(sender.send(parcel(receiver.url()))).error is None
        assert (finder.asked, looked_at, receiver.connections) == (1, ["127.0.0.1"], 1)


def test_rebinding_another_address_at_the_second_look_is_refused() -> None:
    with receiving(takes) as (receiver,):
        finder = Finder([["192.0.2.1"], ["127.0.0.1"]])
        sender = Sender(policy(receiver.port), SEALER, SECONDS, finder)
        for _ in range(2):
            assert asyncio.run(sender.send(parcel(receiver.url()))).error == "blocked_destination"
        assert receiver.connections == 0


def test_a_network_allowed_to_a_vendor_lifts_no_loopback() -> None:
    with receiving(takes) as (receiver,):
        sender = Sender(policy(receiver.port), SEALER, SECONDS, loopback)
        everything = parcel(receiver.url(), lifted=(ip_network("0.0.0.0/0"), ip_network("::/0")))
        assert asyncio.run(sender.send(everything)).error == "blocked_destination"
        assert receiver.connections == 0


def test_the_next_address_is_dialled_where_one_refuses() -> None:
    with receiving(takes) as (receiver,):
        sender = Sender(policy(receiver.port), SEALER, SECONDS, found_at("::1", "127.0.0.1"), anywhere)
        assert asyncio.run(sender.send(parcel(receiver.url()))).error is None


def test_proxies_from_the_environment_are_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    with receiving(takes, takes) as (receiver, proxy):
        for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        assert sent(receiver).error is None
        assert proxy.connections == 0


@pytest.mark.parametrize("status", [300, 301, 302, 303, 304, 305, 307, 308])
def test_every_redirect_code_fails_and_is_not_followed(status: int) -> None:
    with receiving(takes) as (inside,), receiving(answers(status, Location=inside.url())) as (receiver,):
        found = sent(receiver)
        assert (found.error, found.status) == ("redirect", status)
        assert inside.connections == 0


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_every_2xx_succeeds(status: int) -> None:
    with receiving(answers(status)) as (receiver,):
        assert sent(receiver) == Answer(None, status)


@pytest.mark.parametrize("status", [400, 401, 404, 410, 429, 500, 503])
def test_every_other_code_fails(status: int) -> None:
    with receiving(answers(status, b"no")) as (receiver,):
        assert sent(receiver) == Answer("status", status, b"no")


HUGE = gzip.compress(bytes(200 * 1024 * 1024), 9)
"""200 MB of nothing, which are some 200 KB on their way."""

HEAD = b"HTTP/1.1 200 OK\r\n"


@pytest.mark.parametrize(
    ("error", "behaviour"),
    [
        ("timeout", silent(10)),
        ("timeout", drips),
        ("answer_too_large", floods([HEAD], b"X-Flood: " + b"x" * 1000 + b"\r\n")),
        ("answer_too_large", floods([HEAD + b"X-Flood: "], b"x" * 10_000)),
        ("answer_too_large", floods([], b"HTTP/1.1 100 Continue\r\n\r\n")),
        ("broken_answer", lambda _got, _connection: b"SSH-2.0-Dropbear\r\n"),
        ("broken_answer", lambda _got, _connection: b""),
        (None, floods([HEAD + b"Content-Length: 1000000000\r\n\r\n"], b"x" * 65536)),
        (None, floods([HEAD + b"Transfer-Encoding: chunked\r\n\r\n"], b"1\r\nx\r\n")),
        (None, lambda _got, _connection: answer(200, HUGE, Content_Encoding="gzip")),
    ],
    ids=["silence", "drip", "headers", "header", "continue", "ssh", "nothing", "endless", "chunks", "gzip-of-200-mb"],
)
def test_a_receiver_costs_little_time_and_memory(error: str | None, behaviour: Behaviour) -> None:
    with receiving(behaviour) as (receiver,):
        tracemalloc.start()
        began = time.monotonic()
        found = sent(receiver, seconds=1)
        seconds, (_, peak) = time.monotonic() - began, tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert found.error == error
    assert len(found.body) <= LARGEST_ANSWER
    assert seconds < GIVEN_UP_SECONDS
    assert peak < 8 * 1024 * 1024


def test_a_name_service_that_hangs_takes_no_longer_than_an_attempt() -> None:
    async def hang(_host: str, _port: int) -> Sequence[str]:
        await asyncio.sleep(60)
        return []

    began = time.monotonic()
    assert asyncio.run(Sender(policy(80), SEALER, 0.2, hang).send(parcel("http://vendor.example/"))).error == "timeout"
    assert time.monotonic() - began < GIVEN_UP_SECONDS


def test_a_name_that_nobody_knows_and_a_port_where_nobody_listens() -> None:
    async def nowhere(_host: str, _port: int) -> Sequence[str]:
        raise OSError

    with receiving(takes) as (receiver,):
        sender = Sender(policy(receiver.port), SEALER, SECONDS, nowhere)
        assert asyncio.run(sender.send(parcel(receiver.url()))).error == "name_not_found"
    with socket.socket() as kept:
        # Bound and never listening: the port stays ours, so that no other program can be given it in the meantime.
        kept.bind((LOOPBACK, 0))
        port = int(kept.getsockname()[1])
        lost = Sender(policy(port), SEALER, SECONDS, loopback, anywhere)
        assert asyncio.run(lost.send(parcel(f"http://vendor.example:{port}/"))).error == "connection_failed"


def test_the_name_and_not_the_address_is_verified_by_tls(tmp_path: Path) -> None:
    certificate, key = certified("vendor.example", tmp_path)
    secured = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    secured.load_cert_chain(certificate, key)
    trusting = ssl.create_default_context(cafile=str(certificate))
    with receiving(takes) as (receiver,):
        receiver.secure(secured)
        sender = Sender(policy(receiver.port), SEALER, SECONDS, loopback, anywhere, trusting)
        for host, error in (("vendor.example", None), ("other.example", "tls_failed")):
            found = asyncio.run(sender.send(parcel(f"https://{host}:{receiver.port}/")))
            assert found.error == error
        doubting = Sender(policy(receiver.port), SEALER, SECONDS, loopback, anywhere)
        found = asyncio.run(doubting.send(parcel(f"https://vendor.example:{receiver.port}/")))
        assert found.error == "tls_failed"


def certified(name: str, folder: Path) -> tuple[Path, Path]:
    """Make a certificate for a name that vouches for itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(clock.now() - timedelta(days=1))
        .not_valid_after(clock.now() + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    certificate, private = folder / "certificate.pem", folder / "key.pem"
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    form = serialization.PrivateFormat.PKCS8
    private.write_bytes(key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()))
    return certificate, private
