"""Private networks: an administrator allows them to a vendor, and only what is private and narrow enough."""

import pytest

from tests.api.asking import expect_problem
from tests.office import Office
from tests.webhooks.vendors import ENDPOINTS

INSIDE = {"url": "https://inside.example/kaohe"}


def _networks(office: Office) -> str:
    return f"/v1/vendors/{office.vendor}/webhook-networks"


def test_a_government_network_is_opened_to_one_vendor(office: Office) -> None:
    """Allowed with a reason, used, taken back: each an act of the center's administrator."""
    expect_problem(office.vendor_portal.post(ENDPOINTS, INSIDE), 422, "blocked-destination", "/url")
    body = {"cidr": "10.20.0.0/16", "reason": "供应商系统部署在政务外网"}
    made = office.admin.post(_networks(office), body)
    assert (made.status_code, made.json()["added_by"], made.json()["removed_at"]) == (201, "admin-XA", None)
    expect_problem(office.admin.post(_networks(office), body), 409, "network-allowed", "/cidr")
    endpoint = office.vendor_portal.post(ENDPOINTS, INSIDE)
    assert endpoint.status_code == 201
    removal = f"/v1/webhook-networks/{made.json()['id']}/removal"
    assert office.admin.post(removal).json()["removed_by"] == "admin-XA"
    expect_problem(office.admin.post(removal), 409, "network-removed")
    assert office.auditor.items(_networks(office), removed=False) == []
    assert len(office.auditor.items(_networks(office), removed=True)) == 1
    expect_problem(office.vendor_portal.post(ENDPOINTS, INSIDE), 422, "blocked-destination")
    acts = office.admin.items("/v1/audit-events", subject_kind="webhook_network")
    assert [act["action"] for act in acts] == ["webhook_network.allowed", "webhook_network.removed"]
    assert acts[0]["details"]["reason"] == body["reason"]
    # Allowed again later, it is a new entry beside the old one.
    assert office.admin.post(_networks(office), body).status_code == 201


@pytest.mark.parametrize(
    ("cidr", "code"),
    [
        ("10.0.0.0/8", "network-too-wide"),
        ("172.16.0.0/12", "network-too-wide"),
        ("fc00::/7", "network-too-wide"),
        ("0.0.0.0/0", "network-not-private"),
        ("127.0.0.0/8", "network-not-private"),
        ("169.254.0.0/16", "network-not-private"),
        ("169.254.169.254/32", "network-not-private"),
        ("100.64.0.0/16", "network-not-private"),
        ("8.8.0.0/16", "network-not-private"),
        ("::1/128", "network-not-private"),
        ("fe80::/64", "network-not-private"),
        ("::ffff:10.0.0.0/112", "network-not-private"),
        ("10.20.0.1/16", "network-malformed"),
        ("somewhere", "network-malformed"),
        ("fd00::%x/48", "network-malformed"),
        ("fd00::%25eth0/48", "network-malformed"),
    ],
)
@pytest.mark.parametrize("dialect", ["sqlite"])
def test_what_is_not_private_or_too_wide_is_refused(office: Office, cidr: str, code: str) -> None:
    """Loopback, link-local, metadata, carriers' and public networks are never opened."""
    answer = office.admin.post(_networks(office), {"cidr": cidr, "reason": "试"})
    expect_problem(answer, 422, "validation-error", "/cidr", code)
    assert office.admin.items(_networks(office)) == []


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_a_network_opens_no_loopback_or_metadata(office: Office) -> None:
    """What is allowed lifts what is private and nothing else."""
    office.admin.post(_networks(office), {"cidr": "10.20.0.0/16", "reason": "政务外网"})
    for host in ("loopback", "metadata", "mapped"):
        answer = office.vendor_portal.post(ENDPOINTS, {"url": f"https://{host}.example/"})
        expect_problem(answer, 422, "blocked-destination", "/url")


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_a_network_is_allowed_once_however_it_is_written(office: Office) -> None:
    """It is stored in its one form, and another way of writing it is the same network."""
    for first, again in (("FD00:0:0::/48", "fd00::/48"), ("10.20.0.0/255.255.0.0", "10.20.0.0/16")):
        assert office.admin.post(_networks(office), {"cidr": first, "reason": "政务外网"}).json()["cidr"] == again
        answer = office.admin.post(_networks(office), {"cidr": again, "reason": "政务外网"})
        expect_problem(answer, 409, "network-allowed", "/cidr")
