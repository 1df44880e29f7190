from __future__ import annotations

from pathlib import Path

import pytest

from cordboard.config import Address, Agent, ConfigError, PortRange, lab_settings, load, parse
from cordboard.config.settings import AGENT_SETTINGS, SETTINGS

SMALLEST = """\
[sip_server]
address = "127.0.0.9:5060"
[gws]
url = "http://127.0.0.9:8090"
"""


def problems(text: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        parse(text)
    return list(caught.value.problems)


def test_smallest_file_gives_defaults() -> None:
    settings = parse(SMALLEST)
    assert settings.sip_server.address == Address("127.0.0.9", 5060)
    assert settings.gateway.sip == settings.gateway.advertise == Address("127.0.0.1", 5060)
    assert settings.gateway.websocket_url == "ws://127.0.0.1:8088/ws"
    assert settings.gateway.allowed_origins == ("http://127.0.0.1:8080",)
    assert settings.desk.frame_ancestors == ("http://127.0.0.9:8090",)
    assert settings.media.rtp_ports == PortRange(10000, 20000)
    assert settings.media.workers >= 1
    assert not settings.gateway.page_digest
    assert settings.agents == ()
    assert not settings.in_lab


def test_every_value_remembers_where_it_came_from() -> None:
    settings = parse(SMALLEST + "[gateway]\n# a comment\npage_gone_seconds = 5\n", "site.toml")
    assert settings.gateway.page_gone_seconds == 5
    assert settings.source("gateway.page_gone_seconds") == "site.toml:7"
    assert settings.source("gateway.sip") == "default"
    assert lab_settings().source("gateway.page_digest") == "lab"
    assert lab_settings({"gateway.realm": "x"}).source("gateway.realm") == "changed"


def test_agents() -> None:
    settings = parse(SMALLEST + '[[agents]]\ndn = "5001"\npage_password = "p"\n[[agents]]\ndn = "5002"\n')
    assert settings.agents == (Agent("5001", "", "p"), Agent("5002"))
    assert settings.agent("5002") == Agent("5002")
    assert settings.agent("5003") is None


def test_passwords_are_not_in_the_representation() -> None:
    assert "GenesysAgent" not in repr(lab_settings())
    assert lab_settings().prefill is not None
    assert "gws_password" not in repr(lab_settings().prefill)


def test_lab_settings() -> None:
    settings = lab_settings()
    assert settings.in_lab
    assert settings.sip_server.address == settings.lab.sip_server == Address("127.0.0.1", 5070)
    assert settings.gws.url == "http://127.0.0.1:8090"
    assert settings.gateway.page_digest
    assert [agent.dn for agent in settings.agents] == [str(dn) for dn in range(5001, 5021)]
    assert settings.agents[0].page_password == "GenesysAgent5001!"


def test_lab_settings_with_changes() -> None:
    settings = lab_settings({"desk.listen": Address("127.0.0.7", 9000), "lab.gws": Address("127.0.0.7", 9001)})
    assert settings.desk.url == "http://127.0.0.7:9000"
    assert settings.gateway.allowed_origins == ("http://127.0.0.7:9000",)
    assert settings.gws.url == "http://127.0.0.7:9001"
    with pytest.raises(ConfigError, match=r"desk\.lisen is no setting"):
        lab_settings({"desk.lisen": 1})


def test_lab_with_a_file_needs_nothing_but_what_differs() -> None:
    settings = parse('[desk]\nlisten = "127.0.0.1:9090"\n', in_lab=True)
    assert settings.desk.url == "http://127.0.0.1:9090"
    assert len(settings.agents) == 20


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (
            '\n\n[gateway]\nsip = "127.0.0.1"',
            'cordboard.toml:8: [gateway] sip: "127.0.0.1" is not host:port; right would be "127.0.0.1:5060"',
        ),
        (
            "[media]\nrtp_prots = 1",
            "cordboard.toml:6: [media] rtp_prots: no such setting; the closest is rtp_ports",
        ),
        ("[media]\nrealm = 1", "cordboard.toml:6: [media] realm: no such setting; it belongs to [gateway]"),
        ("[log]\nxyz = 1", "cordboard.toml:6: [log] xyz: no such setting; there is level, format"),
        ("[gatway]", "cordboard.toml:5: [gatway]: no such section; the closest is gateway"),
        ("[[desk]]", "cordboard.toml:5: desk: is a section; write [desk] on a line of its own"),
        (
            "[gateway]\nadvertise = 5",
            'cordboard.toml:6: [gateway] advertise: 5 is not host:port; right would be ""',
        ),
        (
            '[gateway]\nreject_status = 200\nrealm = "a"',
            "cordboard.toml:6: [gateway] reject_status: 200 is not between 400 and 699; right would be 486",
        ),
        ("[agents]", "cordboard.toml:5: agents: is a list of agents; write [[agents]] on a line of its own for each"),
        ("[[agents]]", 'cordboard.toml:5: [[agents]] dn: is missing; for example dn = "5001"'),
        ("[[agents]]\ndn = 5001", 'cordboard.toml:6: [[agents]] dn: 5001 is not text; right would be "5001"'),
        (
            '[[agents]]\ndn = "5001"\n[[agents]]\ndn = "5001"',
            'cordboard.toml:8: [[agents]] dn: "5001" is listed twice',
        ),
        (
            '[[agents]]\ndn = "5001"\npage_password = 12345',
            "cordboard.toml:7: [[agents]] page_password: the value is not text; right would be text in quotes, "
            '{ file = "/etc/cordboard/name.secret" }, { environment = "NAME" } or { credential = "name" }',
        ),
        (
            '[gateway]\nsip = "0.0.0.0:5060"',
            "cordboard.toml:5: [gateway] advertise: nobody can reach 0.0.0.0; "
            "set it to the host:port at which SIP Server reaches it",
        ),
        (
            '[media]\nwebrtc_ports = "19999-20010"',
            "cordboard.toml:6: [media] webrtc_ports: 19999-20010 overlaps [media] rtp_ports 10000-20000; "
            "20001-20012 does not",
        ),
        (
            '[media]\nworkers = 3\nwebrtc_ports = "30000-30001"',
            "cordboard.toml:6: [media] workers: 3 workers need as many webrtc_ports, 30000-30001 is 2",
        ),
        (
            '[desk]\nlisten = "127.0.0.1:8088"',
            "cordboard.toml:6: [gateway] websocket: 127.0.0.1:8088 is also [desk] listen; one of them must move",
        ),
        ("x = [", "cordboard.toml:5: not TOML: the value is missing, or not closed (at the end of the file)"),
        ("x = 'y", "cordboard.toml:5: not TOML: a quote is opened and not closed (at the end of the file)"),
        (
            "x = \u201cy\u201d\n",
            "cordboard.toml:5: not TOML: here stands no value; text is written in straight quotes,"
            ' "like this" (column 5)',
        ),
        ("x = 1\nx = 2\n", "cordboard.toml:6: not TOML: this key is there already (column 6)"),
        (
            "[gws]\n",
            "cordboard.toml:5: not TOML: [gws] is there already; write its settings below the first one (column 5)",
        ),
        (
            'x = "\\q"\n',
            "cordboard.toml:5: not TOML: a backslash in a text must be doubled, or the text be in single quotes"
            " (column 8)",
        ),
        ("\nsip 1\n", "cordboard.toml:6: not TOML: expected '=' after a key in a key/value pair (column 5)"),
    ],
)
def test_one_mistake_is_told_with_file_line_and_what_would_be_right(text: str, problem: str) -> None:
    assert problems(SMALLEST + text) == [problem]


def test_several_mistakes_are_told_together_in_the_order_of_the_file() -> None:
    assert problems('[gateway]\nsip = "x"\npage_digest = "yes"\n[gws]\nurl = "gws"\n') == [
        'cordboard.toml: [sip_server] address: is missing; for example address = "sip-server.example:5060"',
        'cordboard.toml:2: [gateway] sip: "x" is not host:port; right would be "x:5060"',
        'cordboard.toml:3: [gateway] page_digest: "yes" is not true or false; right would be true',
        'cordboard.toml:5: [gws] url: "gws" is not an http or https address; right would be "http://gws.example:8090"',
    ]


def test_wildcard_addresses_are_fine_where_it_is_told_how_to_reach_them() -> None:
    settings = parse(
        SMALLEST
        + """
[gateway]
sip = "0.0.0.0:5060"
advertise = "192.0.2.10:5060"
websocket = "[::]:8088"
websocket_url = "wss://phone.example/ws"
[media]
address = "0.0.0.0"
advertise = "192.0.2.10"
[desk]
listen = "0.0.0.0:8080"
url = "https://phone.example"
"""
    )
    assert settings.gateway.allowed_origins == ("https://phone.example",)


@pytest.mark.parametrize("name", ["gateway.websocket_url", "desk.url", "media.advertise"])
def test_wildcard_addresses_without_that_are_a_mistake(name: str) -> None:
    wildcard = {
        "gateway.websocket_url": '[gateway]\nwebsocket = "[::]:8088"',
        "desk.url": '[desk]\nlisten = "0.0.0.0:8080"',
        "media.advertise": '[media]\naddress = "0.0.0.0"',
    }[name]
    (problem,) = problems(SMALLEST + wildcard)
    assert "[{}] {}: nobody can reach".format(*name.split(".")) in problem


def test_files(tmp_path: Path) -> None:
    file = tmp_path / "cordboard.toml"
    file.write_text(SMALLEST)
    assert load(file) == parse(SMALLEST)


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    def problem(path: Path) -> str:
        with pytest.raises(ConfigError) as caught:
            load(path)
        return str(caught.value).removeprefix(str(path))

    binary, large = tmp_path / "binary", tmp_path / "large"
    binary.write_bytes(b"a = 1\n\xff\xfe")
    large.write_bytes(b"#" * 1_000_001)
    assert problem(tmp_path / "missing.toml") == ": no such file or directory"
    assert problem(tmp_path) == ": is a directory"
    assert problem(binary) == ":2: not UTF-8 text"
    assert problem(large) == ": more than 1000000 bytes; this is no settings file"


def test_deeply_nested_file_is_a_mistake_and_no_crash() -> None:
    assert problems("x = " + "[" * 100_000)[0].startswith("cordboard.toml")


def test_every_setting_is_declared_with_type_and_help() -> None:
    for each in (*SETTINGS, *AGENT_SETTINGS):
        assert each.declared.kind.name, each.name
        assert each.declared.help.endswith("."), each.name
        assert each.declared.kind.example or not each.declared.required, each.name
