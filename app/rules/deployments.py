"""Which deployments are safe to serve people's work, and what is to be done about one that is not."""

from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network

EVERYBODY = "*"
"""Stands for whoever connects among the trusted proxies; so does a network that holds every address."""


@dataclass(frozen=True, slots=True)
class Deployment:
    """What was found of one process's settings, files and database."""

    secret_key_set: bool = True
    cursor_key_set: bool = True
    shared: bool = False
    """The database is one that processes on several machines may use, which must then have the same keys."""
    listens_on: str | None = None
    """The address that is listened on; None for a process that opens no port."""
    trusted_proxies: tuple[str, ...] = ()
    """Whose word about the caller's address is taken."""
    webhook_http: bool = False
    plain_mail_host: str | None = None
    """The mail server that is spoken to without encryption; None where there is none."""
    public_url: str = ""
    """Where people reach the service, as messages tell them."""
    log_level: str = "INFO"
    open_to_others: tuple[str, ...] = ()
    """Files and folders of the service that other users of the machine may read or write."""
    demo_tokens: bool = False
    """The file of the demo's tokens is there."""
    demo_data: bool = False
    """The demo was loaded into the database."""
    superuser: bool = False
    """The database lets this process do anything, so that its triggers and grants hold nobody back."""
    database_answers: bool = True


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason not to start, and its remedy."""

    code: str
    detail: str
    remedy: str


def reasons_against(found: Deployment) -> tuple[Reason, ...]:
    """Give every reason for which this deployment should not start; none where it is safe."""
    return (*_keys(found), *_doors(found), *_words(found), *_files(found), *_database(found))


def _keys(found: Deployment) -> Iterator[Reason]:
    missing = {"KAOHE_SECRET_KEY": found.secret_key_set, "KAOHE_CURSOR_KEY": found.cursor_key_set}
    for name, is_set in missing.items():
        if found.shared and not is_set:
            code = f"{name.removeprefix('KAOHE_').lower().replace('_', '-')}-not-set"
            detail = f"{name} is not set, and on PostgreSQL each machine would make one of its own."
            yield Reason(code, detail, f"Set {name} to the same long random text for every process.")


def _doors(found: Deployment) -> Iterator[Reason]:
    if any(map(_is_everybody, found.trusted_proxies)):
        detail = "KAOHE_TRUSTED_PROXIES believes everybody, so that any caller may claim any address."
        yield Reason("everybody-trusted", detail, "Name the proxy's own address or network.")
        return
    opened = found.listens_on is not None and not _is_loopback(found.listens_on)
    if opened and all(map(_is_loopback, found.trusted_proxies)):
        detail = f"The service listens on {found.listens_on}, but trusts no proxy that is not on this machine."
        remedy = "Set KAOHE_HOST to 127.0.0.1, or name the proxy before the service in KAOHE_TRUSTED_PROXIES."
        yield Reason("no-trusted-proxy", detail, remedy)


def _words(found: Deployment) -> Iterator[Reason]:
    if found.webhook_http:
        detail = "KAOHE_WEBHOOK_HTTP lets events leave without encryption."
        yield Reason("webhooks-without-tls", detail, "Leave it out, and have vendors listen with TLS.")
    if found.plain_mail_host is not None and not _is_loopback(found.plain_mail_host):
        detail = "KAOHE_SMTP_SECURITY lets e-mail, and the mailbox's password, leave without encryption."
        yield Reason("mail-without-tls", detail, "Set it to starttls or ssl.")
    if found.public_url and not found.public_url.startswith("https://"):
        detail = "KAOHE_PUBLIC_URL, which messages lead people to, is without encryption."
        yield Reason("public-url-without-tls", detail, "Put the proxy's TLS before it, and name the https address.")
    if found.log_level.upper() in {"DEBUG", "NOTSET"}:
        detail = f"KAOHE_LOG_LEVEL is {found.log_level}, which writes what libraries say of people's data."
        yield Reason("logs-too-much", detail, "Set it to INFO, or leave it out.")


def _files(found: Deployment) -> Iterator[Reason]:
    for path in found.open_to_others:
        detail = f"{path} is open to other users of this machine."
        yield Reason("open-to-others", detail, f"Close it: chmod go= {path}")
    if found.demo_tokens:
        detail = "The demo's tokens lie in KAOHE_VAR_DIR, where whoever reads the file comes in."
        yield Reason("demo-tokens", detail, "Use another KAOHE_VAR_DIR, and a database without the demo.")


def _database(found: Deployment) -> Iterator[Reason]:
    if not found.database_answers:
        detail = "The database does not answer, so nothing can be said of it."
        yield Reason("database-silent", detail, "Start it first, and see that DATABASE_URL leads to it.")
    if found.demo_data:
        yield Reason("demo-data", "The demo was loaded into this database.", "Begin with an empty one: kaohe migrate.")
    if found.superuser:
        detail = "The database's role is a superuser, whom its triggers do not hold back."
        yield Reason("database-superuser", detail, "Connect as an ordinary role that owns this one database.")


def _is_everybody(proxy: str) -> bool:
    network = _network(proxy)
    return proxy == EVERYBODY or (network is not None and network.prefixlen == 0)


def _is_loopback(host: str) -> bool:
    network = _network(host)
    return host == "localhost" if network is None else network.is_loopback


def _network(text: str) -> IPv4Network | IPv6Network | None:
    try:
        return ip_network(text, strict=False)
    except ValueError:
        return None
