"""Which addresses a vendor may name, and which networks nothing is sent to."""

from ipaddress import ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.destinations import FORBIDDEN, Destination, UrlPolicy, check_network, check_url, forbidden
from app.rules.faults import Fault

POLICY = UrlPolicy(frozenset({443, 8443}))
PRIVATE = (ip_network("10.0.0.0/8"), ip_network("fc00::/7"))

REFUSED = {
    "loopback": ("127.0.0.1", "127.255.255.254", "::1"),
    "unspecified": ("0.0.0.0", "0.1.2.3", "::"),  # noqa: S104 not bound to, refused
    "link-local": ("169.254.1.1", "fe80::1", "fe80::1%eth0", "febf::1"),
    "metadata": (
        "169.254.169.254",
        "169.254.170.2",
        "100.100.100.200",
        "168.63.129.16",
        "192.0.0.192",
        "fd00:ec2::254",
    ),
    "private": ("10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "fc00::1", "fdff::1"),
    "shared by carriers": ("100.64.0.1", "100.127.255.255"),
    "documentation": ("192.0.2.1", "198.51.100.1", "203.0.113.1", "2001:db8::1", "3fff::1"),
    "benchmarking": ("198.18.0.1", "198.19.255.255", "2001:2::1"),
    "multicast": ("224.0.0.1", "239.255.255.255", "ff02::1"),
    "broadcast": ("255.255.255.255",),
    "reserved": ("240.0.0.1", "255.255.255.254", "4000::1", "1::1", "2001:100::1"),
    "protocols": ("192.0.0.1", "192.175.48.1", "2620:4f:8000::1", "5f00::1"),
    "v4-mapped": ("::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:8.8.8.8"),
    "v4-translated": ("::ffff:0:127.0.0.1",),
    "v4-compatible": ("::127.0.0.1", "::8.8.8.8"),
    "nat64": ("64:ff9b::127.0.0.1", "64:ff9b::8.8.8.8", "64:ff9b:1::7f00:1"),
    "6to4": ("2002:7f00:1::", "2002:a00:1::1", "192.88.99.1"),
    "teredo": ("2001::1", "2001:0:7f00:1::"),
    "orchid": ("2001:10::1", "2001:20::1"),
    "discard": ("100::1", "100:0:0:1::1"),
    "site-local": ("fec0::1",),
    "not an address": ("", "localhost", "127.1", "2130706433", "127.0.0.1\x00"),
}


@pytest.mark.parametrize(("kind", "address"), [(kind, address) for kind in REFUSED for address in REFUSED[kind]])
def test_every_address_of_an_inner_or_special_network_is_refused(kind: str, address: str) -> None:
    assert forbidden(address) == kind


@pytest.mark.parametrize("address", ["1.1.1.1", "114.114.114.114", "172.32.0.1", "100.128.0.1", "2400:3200::1"])
def test_public_addresses_are_dialled(address: str) -> None:
    assert forbidden(address) is None


def test_a_network_allowed_to_a_vendor_lifts_what_is_private_and_nothing_else() -> None:
    everything = (ip_network("0.0.0.0/0"), ip_network("::/0"))
    lifted = {kind for kind in REFUSED for address in REFUSED[kind] if forbidden(address, everything) is None}
    assert lifted == {"private"}
    assert forbidden("10.1.2.3", PRIVATE) is None
    assert forbidden("192.168.1.1", PRIVATE) == "private"
    assert forbidden("fd00:ec2::254", PRIVATE) == "metadata"


def test_an_address_inside_of_another_is_checked_as_well() -> None:
    assert forbidden("2400:3200::5efe:7f00:1") == "loopback"
    assert forbidden("2400:3200::200:5efe:a9fe:a9fe") == "metadata"
    assert forbidden("2400:3200::5efe:808:808") is None


@given(st.sampled_from(FORBIDDEN), st.integers(min_value=0))
def test_no_address_of_the_table_is_ever_dialled(row: tuple[object, str], number: int) -> None:
    network = ip_network(str(row[0]))
    assert forbidden(str(network[number % network.num_addresses])) is not None


@given(st.integers(0, 2**128 - 1).filter(lambda number: number >> 125 != 1))
def test_of_version_6_nothing_but_global_unicast_is_dialled(number: int) -> None:
    assert forbidden(str(ip_address(number) if number >> 32 else ip_address(number + 2**64))) is not None


@pytest.mark.parametrize(
    ("url", "host", "port", "target"),
    [
        ("https://vendor.example/kaohe", "vendor.example", 443, "/kaohe"),
        ("https://Vendor.Example", "vendor.example", 443, "/"),
        ("https://vendor.example:8443?a=%E8%80%83", "vendor.example", 8443, "/?a=%E8%80%83"),
        ("https://考核.例子.example/", "xn--wxvo34c.xn--fsqu00a.example", 443, "/"),
        ("https://10.0.0.1.vendor.example/", "10.0.0.1.vendor.example", 443, "/"),
    ],
)
def test_an_address_is_read_once(url: str, host: str, port: int, target: str) -> None:
    assert check_url(url, POLICY) == Destination("https", host, port, target)


@pytest.mark.parametrize(
    ("code", "url"),
    [
        ("url-not-https", "http://vendor.example:8443/"),
        ("url-port", "https://vendor.example:22/"),
        ("url-port", "https://vendor.example:80443/"),
        ("url-malformed", "https://vendor.example:0443/"),
        ("url-malformed", "https://vendor.example:/"),
        ("url-malformed", "https://user@vendor.example/"),
        ("url-malformed", "https://user:password@vendor.example/"),
        ("url-malformed", "https://vendor.example\\@10.0.0.1/"),
        ("url-malformed", "https://vendor.example/#part"),
        ("url-malformed", "https://vendor.example/a b"),
        ("url-malformed", "https://vendor.example/a\r\nX: y"),
        ("url-malformed", "https://vendor.example/考核"),
        ("url-malformed", "https://vendor.example/%zz"),
        ("url-malformed", "https:///vendor.example/"),
        ("url-malformed", "//vendor.example/"),
        ("url-malformed", "ftp://vendor.example/"),
        ("url-malformed", "file:///etc/passwd"),
        ("url-malformed", "https://[::1]/"),
        ("url-malformed", "https://[::ffff:127.0.0.1]/"),
        ("url-malformed", "https://[fe80::1%25eth0]/"),
        ("url-host", "https://127.0.0.1/"),
        ("url-host", "https://2130706433/"),
        ("url-host", "https://0x7f000001/"),
        ("url-host", "https://0x7f.0.0.0x1/"),
        ("url-host", "https://0177.0.0.1/"),
        ("url-host", "https://127.1/"),
        ("url-host", "https://１２７.０.０.１/"),
        ("url-host", "https://127。0。0。1/"),
        ("url-host", "https://①②⑦.0.0.1/"),
        ("url-host", "https://8.8.8.8/"),
        ("url-host", "https://127.0.0.1./"),
        ("url-host", "https://localhost/"),
        ("url-host", "https://intranet/"),
        ("url-host", "https://vendor..example/"),
        ("url-host", "https://-vendor.example/"),
        ("url-host", "https://vendor_1.example/"),
        ("url-host", "https://vendor.example%2f10.0.0.1/"),
        ("url-host", "https://fa\u00df.example/"),
        ("url-host", f"https://{'a' * 64}.example/"),
        ("url-host", f"https://{'a.' * 130}example/"),
        ("url-host", "https://vendor.example\u200b\x00/"),
        ("url-too-long", f"https://vendor.example/{'a' * 2000}"),
    ],
)
def test_what_is_no_plain_address_is_refused(code: str, url: str) -> None:
    found = check_url(url, POLICY)
    assert isinstance(found, Fault)
    assert (found.pointer, found.code) == ("/url", code)


def test_without_tls_only_by_setting() -> None:
    plain = UrlPolicy(frozenset({443, 8080}), http=True)
    assert check_url("http://vendor.example/", plain) == Destination("http", "vendor.example", 80, "/")
    assert check_url("http://vendor.example:8080/", plain) == Destination("http", "vendor.example", 8080, "/")
    assert isinstance(check_url("http://vendor.example:81/", plain), Fault)


@given(st.text())
def test_any_text_is_judged(text: str) -> None:
    check_url(f"https://{text}", POLICY)


def test_an_address_reads_alike_again() -> None:
    for url in ("https://vendor.example/kaohe", "https://考核.example:8443?x=1", "https://vendor.example:443"):
        read = check_url(url, POLICY)
        assert isinstance(read, Destination)
        assert check_url(read.url, POLICY) == read


@pytest.mark.parametrize("cidr", ["10.20.0.0/16", "192.168.7.1", "fd12::/48", "172.16.0.0/12"])
def test_a_private_network_may_be_allowed(cidr: str) -> None:
    assert check_network(cidr) == ip_network(cidr)


@pytest.mark.parametrize(
    "cidr", ["0.0.0.0/0", "::/0", "127.0.0.0/8", "169.254.0.0/16", "10.0.0.0/7", "10.0.0.1/8", "8.8.8.0/24", "ten", ""]
)
def test_no_other_network_is_ever_allowed(cidr: str) -> None:
    assert isinstance(check_network(cidr), Fault)
