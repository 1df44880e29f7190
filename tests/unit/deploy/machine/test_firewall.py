"""Which ports are open for whom."""

from __future__ import annotations

import re

from kit.rendered import part, site


def rules(**changes: object) -> str:
    return part("firewall", site(**changes))["firewall/cordboard.nft"].text


def commands(**changes: object) -> list[str]:
    return part("firewall", site(**changes))["firewall/firewalld.sh"].text.splitlines()


def test_media_and_browsers_for_everybody_sip_for_sip_server() -> None:
    text = rules()
    assert "tcp dport { 443, 80 } accept" in text
    assert "udp dport { 10000-20000 } accept" in text
    assert "elements = { 192.0.2.81 }" in text
    assert re.search(
        r"udp dport \{ 5060 \} ip saddr @sip_servers accept\n.*\n\s+udp dport \{ 5060 \} counter drop", text
    )


def test_sip_server_by_ipv6() -> None:
    text = rules(gateway__sip='"[2001:db8::10]:5060"', sip_server__address='"[2001:db8::81]:5060"')
    assert re.search(r"set sip_servers6 \{\n.*ipv6_addr\n.*\n\s+elements = \{ 2001:db8::81 \}", text)


def test_a_sip_server_known_by_name_cannot_be_told_from_others() -> None:
    text = rules(sip_server__address='"sip-server.example:5060"')
    assert "udp dport { 5060 } accept" in text
    assert "SIP Server is a name" in text


def test_what_nginx_stands_before_is_for_this_machine() -> None:
    assert "8080" not in rules()
    assert "tcp dport { 8080 } counter drop" in rules(desk__listen='"0.0.0.0:8080"')


def test_firewalld_opens_what_the_guide_looks_for() -> None:
    lines = commands()
    assert 'firewall-cmd --permanent --zone="$zone" --add-port=10000-20000/udp' in lines
    rich = [line for line in lines if "rich-rule" in line]
    assert len(rich) == 2
    assert all('source address="192.0.2.81"' in line for line in rich)
    assert not [line for line in lines if "--add-port=5060" in line]


def test_operators() -> None:
    text = rules(
        metrics__listen='"192.0.2.10:9095"', nginx__admin_networks='["198.51.100.0/24"]', desk__listen='"127.0.0.1:80"'
    )
    assert "tcp dport { 9095 } ip saddr @operators accept" in text
    assert "elements = { 198.51.100.0/24 }" in text
