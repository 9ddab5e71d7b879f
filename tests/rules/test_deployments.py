"""Which deployments may serve people's work, and what is said of the others."""

from dataclasses import replace

import pytest

from app.rules.deployments import Deployment, reasons_against

SAFE = Deployment(listens_on="127.0.0.1", trusted_proxies=("127.0.0.1", "::1"))
SHARED = Deployment(shared=True, listens_on="0.0.0.0", trusted_proxies=("172.31.7.0/24",))  # noqa: S104 what is judged

CASES: dict[str, tuple[Deployment, set[str]]] = {
    "one machine behind its own proxy": (SAFE, set()),
    "containers behind a proxy": (SHARED, set()),
    "a clock, which listens nowhere": (Deployment(), set()),
    "SQLite makes its own keys": (replace(SAFE, secret_key_set=False, cursor_key_set=False), set()),
    "PostgreSQL without the secret key": (replace(SHARED, secret_key_set=False), {"secret-key-not-set"}),
    "PostgreSQL without the cursor key": (replace(SHARED, cursor_key_set=False), {"cursor-key-not-set"}),
    "every address, and no proxy but here": (replace(SHARED, trusted_proxies=("127.0.0.1",)), {"no-trusted-proxy"}),
    "every address, and only loopback's network": (
        replace(SHARED, trusted_proxies=("127.0.0.0/8", "::1")),
        {"no-trusted-proxy"},
    ),
    "every address of IPv6, and no proxy": (replace(SHARED, listens_on="::", trusted_proxies=()), {"no-trusted-proxy"}),
    "localhost, and no proxy": (replace(SAFE, listens_on="localhost", trusted_proxies=()), set()),
    "everybody is a proxy": (replace(SAFE, trusted_proxies=("*",)), {"everybody-trusted"}),
    "everybody is a proxy, by a network": (replace(SAFE, trusted_proxies=("0.0.0.0/0",)), {"everybody-trusted"}),
    "events without encryption": (replace(SAFE, webhook_http=True), {"webhooks-without-tls"}),
    "e-mail without encryption": (replace(SAFE, plain_mail_host="mail.example"), {"mail-without-tls"}),
    "e-mail to this very machine": (replace(SAFE, plain_mail_host="localhost"), set()),
    "people are led to http": (replace(SAFE, public_url="http://kaohe.example"), {"public-url-without-tls"}),
    "people are led to https": (replace(SAFE, public_url="https://kaohe.example"), set()),
    "logs of everything": (replace(SAFE, log_level="debug"), {"logs-too-much"}),
    "a database that others read": (replace(SAFE, open_to_others=("var/kaohe.db",)), {"open-to-others"}),
    "the demo's tokens": (replace(SAFE, demo_tokens=True), {"demo-tokens"}),
    "the demo's data": (replace(SAFE, demo_data=True), {"demo-data"}),
    "a superuser": (replace(SHARED, superuser=True), {"database-superuser"}),
    "a silent database": (replace(SHARED, database_answers=False), {"database-silent"}),
    "much at once": (
        replace(SAFE, webhook_http=True, log_level="DEBUG", demo_data=True),
        {"webhooks-without-tls", "logs-too-much", "demo-data"},
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_a_deployment_is_refused_for_these_reasons(case: str) -> None:
    """Each has its remedy, and all are told at once."""
    deployment, expected = CASES[case]
    reasons = reasons_against(deployment)
    assert {reason.code for reason in reasons} == expected
    assert all(reason.detail.endswith(".") and reason.remedy for reason in reasons)
