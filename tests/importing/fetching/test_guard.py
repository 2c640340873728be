"""Where a fetch may go, and what tries to lead it elsewhere."""

import ipaddress
import socket

import pytest
from hypothesis import example, given
from hypothesis.strategies import ip_addresses

from entries.importing.errors import FetchError
from entries.importing.fetching.client import fetch_feed
from entries.importing.fetching.special_purpose_addresses import (
    SPECIAL_IPV4,
    SPECIAL_IPV6,
    embedded_ipv4,
    is_public_address,
)
from tests.importing.atom import feed

PUBLIC = "93.184.216.34"
METADATA = "169.254.169.254"


@pytest.fixture(autouse=True)
def nothing_allowed(settings):
    settings.FETCH_ALLOW_PRIVATE = []
    settings.FETCH_ALLOW_PORTS = []


@pytest.fixture
def names(monkeypatch):
    """Host names with a list of DNS answers, used one after the other; the last one repeats."""
    answers: dict[str, list[list[str]]] = {}
    resolve = socket.getaddrinfo

    def getaddrinfo(host, port, *args, **kwargs):
        if host not in answers:
            return resolve(host, port, *args, **kwargs)
        addresses = answers[host].pop(0) if len(answers[host]) > 1 else answers[host][0]
        return [
            (
                socket.AF_INET6 if ":" in address else socket.AF_INET,
                socket.SOCK_STREAM,
                socket.IPPROTO_TCP,
                "",
                (address, port),
            )
            for address in addresses
        ]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return answers


def refusal(url):
    with pytest.raises(FetchError) as caught:
        fetch_feed(url)
    return caught.value.reason


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.8.9.10",
        "10.0.0.1",
        "172.16.0.1",
        "192.168.1.1",
        METADATA,
        "100.64.0.1",
        "0.0.0.0",
        "0.1.2.3",
        "192.0.0.8",
        "192.0.0.192",
        "192.0.2.1",
        "192.31.196.1",
        "192.52.193.1",
        "192.88.99.1",
        "192.175.48.1",
        "168.63.129.16",
        "198.18.0.1",
        "198.51.100.1",
        "203.0.113.1",
        "224.0.0.1",
        "239.255.255.250",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "fe80::1",
        "fe80::1%eth0",
        "fec0::1",
        "fc00::1",
        "fd12:3456:789a::1",
        "ff02::1",
        "2001:db8::1",
        "3fff::1",
        "3fff:fff:ffff::1",
        "5f00::1",
        "100::1",
        "100:0:0:1::1",
        "2001::1",
        "2001:2::1",
        "2001:10::1",
        "2001:20::1",
        "2001:30::1",
        "2620:4f:8000::1",
        "::ffff:127.0.0.1",
        "::ffff:93.184.216.34",
        "::93.184.216.34",
        "::ffff:0:127.0.0.1",
        "::127.0.0.1",
        "2002:7f00:1::",
        "2002:a9fe:a9fe::1",
        "2001:0:4136:e378:8000:63bf:80ff:fffe",
        "64:ff9b::7f00:1",
        "64:ff9b::a9fe:a9fe",
        "64:ff9b::c000:c0",
        "2002:c000:c0::1",
        "2002:c058:6301::1",
        "2001:0:5db8:d822:8000:63bf:a247:27dd",
        "64:ff9b:1::808:808",
        "2606:4700::5efe:10.0.0.1",
        "2606:4700::200:5efe:127.0.0.1",
        "fe80::5efe:93.184.216.34",
    ],
)
def test_an_address_off_the_public_internet_is_refused(names, address):
    names["blog.example"] = [[address]]

    assert "not on the public internet" in refusal("http://blog.example/feed")


@pytest.mark.parametrize(
    "address",
    [
        PUBLIC,
        "1.1.1.1",
        "168.63.129.17",
        "192.0.1.1",
        "223.255.255.255",
        "2001:200::1",
        "2001:4860:4860::8888",
        "2606:4700:4700::1111",
        "2606:4700::5efe:93.184.216.34",
        "3fff:1000::1",
        "64:ff9b::5db8:d822",
        "2002:5db8:d822::1",
    ],
)
def test_an_address_on_the_public_internet_is_not_refused(address):
    assert is_public_address(address)


@pytest.mark.parametrize("block", [*SPECIAL_IPV4, *SPECIAL_IPV6], ids=str)
def test_a_special_block_is_refused_from_its_first_address_to_its_last(block):
    assert not is_public_address(str(block[0]))
    assert not is_public_address(str(block[-1]))


@given(ip_addresses())
@example(ipaddress.ip_address("192.0.0.9"))
@example(ipaddress.ip_address("2001:1::1"))
def test_an_address_that_any_python_version_calls_special_is_refused(address):
    carried = embedded_ipv4(address) if address.version == 6 else None

    # An IPv6 address with an IPv4 address inside is judged by the latter; Python versions differ.
    known = address if carried is None else carried
    assert known.is_global or not is_public_address(str(address))


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1.",
        "localhost",
        "localhost.",
        "LOCALHOST",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[0:0:0:0:0:ffff:7f00:1]",
    ],
)
def test_a_loopback_host_is_refused_however_it_is_written(host):
    assert "not on the public internet" in refusal(f"http://{host}/feed")


@pytest.mark.parametrize(
    "host",
    [
        "2130706433",
        "0x7f000001",
        "0x7F.0.0.1",
        "0177.0.0.1",
        "017700000001",
        "127.1",
        "127.0.1",
        "1572395042",
        "0x5db8d822",
        "93.184.55330",
        "2130706433.",
    ],
)
def test_a_number_in_place_of_a_host_is_refused_wherever_it_leads(host):
    assert "a number in place of a host" in refusal(f"http://{host}/feed")


def test_digits_of_other_scripts_do_not_hide_an_address():
    assert "its address can't be read" in refusal("http://①②⑦.⓪.⓪.①/feed")


def test_one_private_address_among_public_ones_is_enough_to_be_refused(names):
    names["blog.example"] = [[PUBLIC, "10.0.0.1"]]

    assert "10.0.0.1" in refusal("http://blog.example/feed")


def test_what_stands_before_an_at_sign_is_not_taken_for_the_host():
    reason = refusal("http://blog.example@127.0.0.1/feed")

    assert "user name or a password" in reason


@pytest.mark.parametrize("port", [22, 25, 6379, 8080, 65535])
def test_other_ports_than_those_of_the_web_are_refused(names, port):
    names["blog.example"] = [[PUBLIC]]

    assert f"port {port}" in refusal(f"http://blog.example:{port}/feed")


def test_a_listed_port_is_open_but_not_to_private_addresses(settings, httpserver):
    settings.FETCH_ALLOW_PORTS = [httpserver.port]

    assert "not on the public internet" in refusal(httpserver.url_for("/feed"))


@pytest.mark.parametrize("named", ["127.0.0.1", "localhost"])
def test_a_host_that_is_named_may_be_private(settings, httpserver, named):
    settings.FETCH_ALLOW_PRIVATE = [named]
    httpserver.expect_request("/feed").respond_with_data(feed())

    assert fetch_feed(f"http://{named}:{httpserver.port}/feed").data == feed()


def test_naming_a_host_opens_no_other(settings, httpserver):
    settings.FETCH_ALLOW_PRIVATE = ["localhost"]
    settings.FETCH_ALLOW_PORTS = [httpserver.port]

    assert "not on the public internet" in refusal(f"http://127.0.0.1:{httpserver.port}/feed")


def test_a_name_that_answers_otherwise_after_the_check_gains_nothing(
    names, settings, httpserver, monkeypatch
):
    settings.FETCH_ALLOW_PORTS = [httpserver.port]
    names["rebind.example"] = [[PUBLIC], ["127.0.0.1"]]
    tried = []
    connect = socket.socket.connect

    def note(self, address):
        tried.append(address[0])
        if address[0] == PUBLIC:
            raise ConnectionRefusedError
        return connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", note)

    reason = refusal(f"http://rebind.example:{httpserver.port}/feed")

    assert "can't be reached" in reason
    assert tried == [PUBLIC]
    assert names["rebind.example"] == [["127.0.0.1"]]
    assert httpserver.log == []


def test_a_name_that_turns_private_between_two_hops_is_refused(
    names, settings, httpserver, monkeypatch
):
    settings.FETCH_ALLOW_PORTS = [httpserver.port]
    names["turns.example"] = [[PUBLIC], ["127.0.0.1"]]
    connect = socket.socket.connect

    def to_our_server(self, address):
        return connect(self, ("127.0.0.1", *address[1:]) if address[0] == PUBLIC else address)

    monkeypatch.setattr(socket.socket, "connect", to_our_server)
    httpserver.expect_request("/a").respond_with_data(
        status=302, headers={"Location": f"http://turns.example:{httpserver.port}/b"}
    )

    reason = refusal(f"http://turns.example:{httpserver.port}/a")

    assert "turns.example is at 127.0.0.1" in reason
    assert [request.path for request, _ in httpserver.log] == ["/a"]


@pytest.mark.parametrize(
    "target",
    [
        f"http://{METADATA}/latest/meta-data/",
        f"//{METADATA}/latest/meta-data/",
        "http://[::ffff:a9fe:a9fe]/latest/",
        "http://2852039166/latest/",
        "http://127.0.0.1:22/",
    ],
)
def test_a_redirect_to_an_inside_address_is_refused(settings, httpserver, target):
    settings.FETCH_ALLOW_PRIVATE = ["localhost"]
    httpserver.expect_request("/feed").respond_with_data(status=302, headers={"Location": target})

    reason = refusal(httpserver.url_for("/feed"))

    assert any(word in reason for word in ("public internet", "a number in place", "port 22"))


@pytest.mark.parametrize(
    "target", ["file:///etc/passwd", "ftp://blog.example/feed", "gopher://x/", "javascript:1"]
)
def test_a_redirect_leads_nowhere_but_to_the_web(settings, httpserver, target):
    settings.FETCH_ALLOW_PRIVATE = ["localhost"]
    httpserver.expect_request("/feed").respond_with_data(status=302, headers={"Location": target})

    assert "no http address" in refusal(httpserver.url_for("/feed"))


@pytest.mark.parametrize(
    "address", ["file:///etc/passwd", "/etc/passwd", "", "http://", "http://[::1", "http://a:b/"]
)
def test_other_urls_than_those_of_the_web_are_not_fetched(address):
    assert "address" in refusal(address)


def test_a_certificate_of_the_right_name_is_accepted(tls_server):
    server = tls_server("localhost")

    assert fetch_feed(f"https://localhost:{server.port}/feed").data == feed()


def test_a_certificate_of_another_name_is_refused(tls_server):
    server = tls_server("other.example")

    reason = refusal(f"https://localhost:{server.port}/feed")

    assert "certificate" in reason
    assert server.log == []


def test_a_certificate_that_nobody_vouches_for_is_refused(tls_server, monkeypatch):
    server = tls_server("localhost")
    monkeypatch.delenv("SSL_CERT_FILE")

    assert "certificate" in refusal(f"https://localhost:{server.port}/feed")
