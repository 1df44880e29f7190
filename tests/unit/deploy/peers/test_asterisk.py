"""Asterisk's files say what the settings say; what a real Asterisk makes of them is shown in tests/witness."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import settings as checked
from hypothesis import strategies as st

from cordboard.config import Address, Agent, Settings, lab_settings
from cordboard.deploy.peers import asterisk
from cordboard.deploy.rendering import RenderProblem
from structure.tree import PROJECT

Section = dict[str, list[str]]
PRINTABLE = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=40)


def settings(*agents: Agent, **changes: object) -> Settings:
    named = {name.replace("__", "."): value for name, value in changes.items()}
    made = lab_settings({"gateway.kind": "asterisk", **named})
    return replace(made, agents=agents) if agents else made


def files(made: Settings) -> dict[str, str]:
    return {each.path.partition("/")[2]: each.text for each in asterisk.render(made)}


def sections(text: str) -> list[tuple[str, str, Section]]:
    """Name, template and options, as Asterisk reads them: a semicolon without a backslash begins a comment."""
    found: list[tuple[str, str, Section]] = []
    for line in text.splitlines():
        said = re.sub(r"(?<!\\);.*", "", line).replace("\\;", ";").strip()
        if head := re.fullmatch(r"\[([^\]]+)\](?:\(([^)]*)\))?", said):
            found.append((head[1], head[2] or "", {}))
        elif " = " in said:
            name, _, value = said.partition(" = ")
            found[-1][2].setdefault(name, []).append(value)
    return found


def of(found: list[tuple[str, str, Section]], name: str, template: str) -> Section:
    (section,) = [options for one, other, options in found if (one, other) == (name, template)]
    return section


def problems(made: Settings) -> tuple[str, ...]:
    with pytest.raises(RenderProblem) as told:
        asterisk.render(made)
    return told.value.problems


def test_nothing_with_our_own_gateway() -> None:
    assert asterisk.render(lab_settings()) == []


def test_an_agent() -> None:
    found = sections(files(settings(Agent("5001", "at-server", "at-page")))["pjsip.conf"])
    assert of(found, "5001", "agent_page")["set_var"] == ["TRUNK=genesys_sip_server_5001"]
    assert of(found, "5001", "agent_password")["password"] == ["at-page"]
    registration = of(found, "5001", "agent_dn")
    assert (registration["client_uri"], registration["contact_user"]) == (["sip:5001@127.0.0.1"], ["5001"])
    assert registration["outbound_auth"] == ["genesys_sip_server_5001"]
    assert of(found, "genesys_sip_server_5001", "agent_password")["password"] == ["at-server"]


def test_names_of_the_integration_guide() -> None:
    found = sections(files(settings())["pjsip.conf"])
    names = {name for name, _, _ in found}
    assert {"transport-wss", "transport-ws", "transport-udp", "genesys_sip_server", "agent_dn"} <= names
    (proxy,) = of(found, "agent_dn", "!")["outbound_proxy"]
    assert proxy.startswith("sip:127.0.0.1:5070;")
    assert of(found, "transport-udp", "")["external_media_address"] == ["127.0.0.1"]


def test_no_comfort_noise_that_nobody_negotiated() -> None:
    assert "rtp_keepalive" not in files(settings())["pjsip.conf"]


def test_backup_and_transport() -> None:
    changes = {
        "sip_server__address": Address("2001:db8::1", 5061),
        "sip_server__backup": Address("2001:db8::2", 0),
        "gateway__sip": Address("2001:db8::9", 5060),
        "sip_server__transport": "tls",
        "sip_server__tls_certificate": "/etc/g.pem",
        "sip_server__tls_key": "/etc/g.key",
        "gateway__sip_tls": Address("192.0.2.9", 5061),
    }
    found = sections(files(settings(**changes))["pjsip.conf"])
    assert of(found, "genesys_sip_server_backup", "")["contact"] == ["sip:[2001:db8::2];transport=tls"]
    assert of(found, "agent_dn", "!")["server_uri"] == ["sip:[2001:db8::1]:5061;transport=tls"]
    trunk = of(found, "genesys_side", "!")
    assert (trunk["transport"], trunk["from_domain"]) == (["transport-tls"], ["[2001:db8::1]"])
    assert trunk["aors"] == ["genesys_sip_server,genesys_sip_server_backup"]
    (identify,) = [options for _, _, options in found if options.get("type") == ["identify"]]
    assert identify["match"] == ["2001:db8::1,2001:db8::2"]


def test_ports_and_limits_of_a_site() -> None:
    changes = {
        "gateway__websocket": Address("0.0.0.0", 8088),
        "gateway__websocket_url": "wss://phone.example/ws",
        "media__address": "192.0.2.9",
        "media__advertise": "198.51.100.9",
    }
    written = files(settings(**changes))
    assert "bindaddr = 0.0.0.0\nbindport = 8088\n" in written["http.conf"]
    assert "sessionlimit = 140\n" in written["http.conf"]
    assert "rtpstart = 10000\nrtpend = 20000\n" in written["rtp.conf"]
    assert "[ice_host_candidates]\n192.0.2.9 => 198.51.100.9\n" in written["rtp.conf"]


def test_tls_without_a_proxy() -> None:
    changes = {"gateway__websocket_certificate": "/etc/p.pem", "gateway__websocket_key": "/etc/p.key"}
    written = files(settings(**changes))["http.conf"]
    assert "tlsbindaddr = 127.0.0.1:8088\n" in written
    assert "enabled = no\n" in written


def test_hold_is_music_or_sip_servers() -> None:
    assert "moh_passthrough" not in files(settings())["pjsip.conf"]
    assert "moh_passthrough = yes" in files(settings(asterisk__hold="sip server"))["pjsip.conf"]


@checked(deadline=None, database=None)
@given(PRINTABLE, PRINTABLE)
@example(";--", ">x")
@example("\\", "\\;")
@example("]\\;[x](agent_dn)", "#include x")
def test_a_strange_password_is_one_value(at_page: str, at_server: str) -> None:
    at_page, at_server = at_page.strip() or "x", at_server.strip() or "x"
    usual, strange = (
        sections(files(settings(Agent("5001", *passwords)))["pjsip.conf"])
        for passwords in (("x", "x"), (at_server, at_page))
    )
    assert [each[:2] for each in strange] == [each[:2] for each in usual]
    assert of(strange, "genesys_sip_server_5001", "agent_password")["password"] == [at_server]
    assert of(strange, "5001", "agent_password")["password"] == [at_page]


@checked(deadline=None, database=None)
@given(st.from_regex(r"[A-Za-z0-9_.+-]{1,64}", fullmatch=True))
def test_a_strange_dn_is_a_name_or_refused(dn: str) -> None:
    if dn.startswith(("_", "genesys_", "agent_", "transport-", "global", "system")) or dn in "aehiostT":
        assert problems(settings(Agent(dn, "", "x"))) == (f"[[agents]] dn: {dn} is a name of Asterisk's own there",)
        return
    written = files(settings(Agent(dn, "", "x")))
    assert of(sections(written["pjsip.conf"]), dn, "agent_dn")["contact_user"] == [dn]
    assert f"\nexten => {dn},1,Gosub(" in written["extensions.conf"]


@pytest.mark.parametrize("dn", ["_5XXX", "h", "i", "genesys_sip_server", "agent_dn", "transport-udp", "system"])
def test_names_of_asterisk_are_refused(dn: str) -> None:
    assert problems(settings(Agent(dn, "", "x"))) == (f"[[agents]] dn: {dn} is a name of Asterisk's own there",)


def test_what_cannot_be() -> None:
    nothing = "none, and Asterisk knows pages by nothing else; `cordboard agents rotate --missing` makes them"
    assert problems(settings(Agent("5001", "", ""))) == (f"[[agents]] page_password: 5001 has {nothing}",)
    both = (Agent("5001", "", ""), Agent("5002", "", ""), Agent("5003", "", "x"))
    assert problems(settings(*both)) == (f"[[agents]] page_password: 5001 and 1 more have {nothing}",)
    assert problems(settings(Agent("5001", "", " hidden"))) == (
        "[[agents]] page_password: that of 5001 holds a character that Asterisk's files have no way to write",
    )
    assert problems(settings(media__codecs=("opus",)))[0].startswith("[media] codecs: ")
    assert problems(settings(sip_server__transport="tls"))[0].startswith("[gateway] sip_tls: ")
    assert problems(replace(settings(), agents=()))[0].startswith("[[agents]]: there is none")


def test_passwords_are_private() -> None:
    for each in asterisk.render(settings(Agent("5001", "at-server", "at-page"))):
        private = "at-page" in each.text
        assert private == each.path.endswith("pjsip.conf")
        assert (each.mode, each.secrets) == ((0o600, ("at-page", "at-server")) if private else (0o644, ()))


def test_limits_are_told_where_it_is_rendered_and_in_the_documentation() -> None:
    (note,) = [each.note for each in asterisk.render(settings()) if each.note]
    told = " ".join((PROJECT / "docs" / "asterisk.md").read_text().split())
    for limit in asterisk.LIMITS:
        assert limit in note
        assert limit in told
