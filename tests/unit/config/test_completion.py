"""Settings of transports and certificates: what is filled in, and what contradicts itself."""

from __future__ import annotations

import pytest

from cordboard.config import Address, ConfigError, parse

SMALLEST = '[sip_server]\naddress = "127.0.0.9:5060"\n{}\n[gws]\nurl = "http://127.0.0.9"\n[gateway]\n{}\n'


def problems(sip_server: str = "", gateway: str = "") -> list[str]:
    with pytest.raises(ConfigError) as caught:
        parse(SMALLEST.format(sip_server, gateway))
    return [each.partition(": ")[2] for each in caught.value.problems]


def test_nothing_is_needed() -> None:
    settings = parse(SMALLEST.format("", ""))
    assert settings.sip_server.transport == "udp"
    assert not settings.sip_server.backup
    assert not settings.gateway.sip_tls
    assert settings.gateway.websocket_url == "ws://127.0.0.1:8088/ws"


def test_name_without_port_is_for_the_dns_to_tell() -> None:
    text = SMALLEST.replace("127.0.0.9:5060", "sip.example").format(
        'transport = "dns"\ndns_servers = ["127.0.0.53"]', ""
    )
    settings = parse(text)
    assert settings.sip_server.address == Address("sip.example", 0)
    assert str(settings.sip_server.address) == "sip.example"
    assert settings.sip_server.dns_servers == (Address("127.0.0.53", 53),)


def test_certificate_makes_the_websocket_secure() -> None:
    files = 'websocket_certificate = "/a.pem"\nwebsocket_key = "/a.key"'
    assert parse(SMALLEST.format("", files)).gateway.websocket_url == "wss://127.0.0.1:8088/ws"


@pytest.mark.parametrize(
    ("sip_server", "gateway", "problem"),
    [
        (
            "",
            'websocket_certificate = "/a.pem"',
            "[gateway] websocket_key: is missing; websocket_certificate is nothing without it",
        ),
        (
            'tls_key = "/a.key"',
            "",
            "[sip_server] tls_certificate: is missing; tls_key is nothing without it",
        ),
        (
            "",
            'sip_tls = "127.0.0.1:5061"',
            "[gateway] sip_tls: needs a certificate; set [sip_server] tls_certificate and tls_key",
        ),
        (
            'tls_ca_file = "ca.pem"',
            "",
            '[sip_server] tls_ca_file: "ca.pem" is not an absolute path; '
            'right would be "/etc/cordboard/genesys-ca.pem"',
        ),
        (
            'dns_servers = ["dns.example"]',
            "",
            '[sip_server] dns_servers: ["dns.example"] is not a list of IP addresses; right would be ["192.0.2.53"]',
        ),
        (
            'backup = "a b"',
            "",
            '[sip_server] backup: "a b" is not host or host:port; right would be "sip-server-2.example:5060"',
        ),
        (
            'backup = "[2001:db8::1]"',
            'sip = "127.0.0.10:5060"',
            "[gateway] sip: 127.0.0.10:5060 cannot reach [sip_server] backup [2001:db8::1]; an IPv6 address of this"
            " machine can",
        ),
        (
            'transport = "sctp"',
            "",
            '[sip_server] transport: "sctp" is none of "udp", "tcp", "tls", "dns"; right would be "udp"',
        ),
    ],
)
def test_contradictions_are_told(sip_server: str, gateway: str, problem: str) -> None:
    assert problems(sip_server, gateway) == [problem]


SITE = """\
[sip_server]
address = "127.0.0.9:5060"
[gws]
url = "http://127.0.0.9"
[site]
"""


def test_one_name_is_the_origin_of_all_that_browsers_open() -> None:
    settings = parse(SITE + 'public_name = "Phone.Example"\n')
    assert settings.desk.url == settings.gws.browser_url == settings.oauth.browser_url == "https://phone.example"
    assert settings.gateway.websocket_url == "wss://phone.example/ws"
    assert settings.gateway.allowed_origins == settings.desk.frame_ancestors == ("https://phone.example",)
    assert settings.gws.url == settings.oauth.url == "http://127.0.0.9"
    assert settings.site.media_address == settings.media.advertise == "127.0.0.1"
    own = parse(SITE + 'public_name = "phone.example"\n[desk]\nurl = "https://desk.example"\n')
    assert (own.desk.url, own.gws.browser_url) == ("https://desk.example", "https://phone.example")


@pytest.mark.parametrize(
    ("lines", "problem"),
    [
        ('public_name = "192.0.2.1"', 'public_name: "192.0.2.1" is not a host name; right would be "phone.example"'),
        ('public_name = "a_b"', 'public_name: "a_b" is not a host name; right would be "phone.example"'),
        ('acme_contact = "me"', 'acme_contact: "me" is not a mail address; right would be "operator@phone.example"'),
        ('user = "Agent 7"', 'user: "Agent 7" is not the name of a user; right would be "cordboard"'),
        ('certificate = "/a.pem"', "certificate_key: is missing; certificate is nothing without it"),
        ("acme = true", "public_name: is missing; a certificate is for a name"),
        (
            'public_name = "phone.example"\nacme = true\ncertificate = "/a"\ncertificate_key = "/b"',
            "acme: gets a certificate itself; leave certificate and certificate_key out, or acme",
        ),
    ],
)
def test_what_cannot_be_of_a_site(lines: str, problem: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse(SITE + lines)
    assert [each.partition("[site] ")[2] for each in caught.value.problems] == [problem]
