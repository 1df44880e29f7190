"""Whatever is answered, what is written loads."""

from __future__ import annotations

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from cordboard.config import parse
from cordboard.config.settings import SETTINGS
from cordboard.site.answers import Answers, Chance
from cordboard.site.new_site import new_site
from cordboard.site.questions import ACME, Questionnaire

HASH = "scrypt$32768$8$1$c2FsdHNhbHRzYWx0$aGFzaGhhc2hoYXNoaGFzaA"
ADDRESS = st.sampled_from(["192.0.2.10", "198.51.100.7", "2001:db8::5", "127.0.0.9"])
LABEL = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,8}[a-z0-9])?", fullmatch=True)
HOST = st.lists(LABEL, min_size=2, max_size=4).map(".".join).filter(lambda text: not re.fullmatch("[0-9.]+", text))
PORT = st.integers(1, 65535)
PATH = st.text(st.characters(exclude_categories=("C", "Z"), exclude_characters="/"), min_size=1).map("/etc/{}".format)
RANGES = st.lists(st.integers(1000, 9000), min_size=1, max_size=3, unique=True).map(
    lambda firsts: " ".join(f"{first}" for first in firsts)
)


@st.composite
def questionnaires(draw: st.DrawFn) -> dict[str, str]:
    listen = draw(ADDRESS)
    flags = {
        "sip_server": draw(HOST) + draw(st.just("") | PORT.map(":{}".format)),
        "sip_server_backup": draw(st.just("") | HOST),
        "gws": f"{draw(st.sampled_from(['http', 'https']))}://{draw(HOST)}:{draw(PORT)}",
        "public_name": draw(HOST),
        "listen": (f"[{listen}]" if ":" in listen else listen) + draw(st.just("") | PORT.map(":{}".format)),
        "media_address": draw(ADDRESS),
        "agents": draw(RANGES),
        "sip_passwords": draw(st.sampled_from(["yes", "no"])),
        "turn": draw(st.sampled_from(["yes", "no"])),
        **draw(st.sampled_from([{}, {"probe_dn": "9998"}, {"probe_dn": "9998", "answering_dn": "9999"}])),
    }
    if draw(st.booleans()):
        return flags | {"certificate": ACME, "acme_contact": draw(st.sampled_from(["", "me@phone.example"]))}
    return flags | {"certificate": draw(PATH), "certificate_key": draw(PATH)}


def answered(flags: dict[str, str], directory: str = "/etc/cordboard") -> Answers:
    questionnaire = Questionnaire()
    questionnaire.take(flags)
    questionnaire.take_defaults()
    return questionnaire.answers(directory)


def chance(answers: Answers, passwords: bool) -> Chance:
    return Chance("t" * 48, "u" * 32, HASH, {dn: f"s3cr3t{dn}" for dn in answers.agents} if passwords else {})


@settings(deadline=None, max_examples=25)
@given(questionnaires(), st.sampled_from(["/etc/cordboard", '/srv/a "strange" \\ place']))
def test_what_was_answered_is_what_is_loaded(flags: dict[str, str], directory: str) -> None:
    answers = answered(flags, directory)
    texts = new_site(answers, chance(answers, flags["sip_passwords"] == "yes"))
    site = parse(texts.settings, secrets=texts.secrets)
    assert str(site.sip_server.address) == answers.sip_server
    assert str(site.sip_server.backup) == answers.sip_server_backup
    assert site.gws.url == answers.gws
    assert site.site.public_name == answers.public_name
    assert (site.site.certificate, site.site.acme) == (answers.certificate, answers.acme)
    assert site.site.configuration_directory == directory
    assert str(site.gateway.sip) == answers.listen
    assert site.media.advertise == answers.media_address
    assert site.desk.url == site.gws.browser_url == f"https://{answers.public_name}"
    assert site.gateway.websocket_url == f"wss://{answers.public_name}/ws"
    assert site.gateway.allowed_origins == (site.desk.url,)
    assert tuple(agent.dn for agent in site.agents) == answers.agents
    assert (site.doctor.probe_dn, site.doctor.answering_dn) == (answers.probe_dn, answers.answering_dn)
    assert all(agent.sip_server_password.startswith("s3cr3t") for agent in site.agents) is (
        flags["sip_passwords"] == "yes"
    )
    assert bool(site.turn.urls) is bool(site.turn.secret) is answers.turn
    assert site.gateway.token_secret == "t" * 48
    assert site.admin.password_hash == HASH


FLAGS = {
    "sip_server": "sip.example:5060",
    "gws": "http://gws.example:8090",
    "public_name": "phone.example",
    "listen": "192.0.2.10",
    "agents": "5001-5002",
}


def test_settings_hold_no_secret_and_secrets_nothing_else() -> None:
    answers = answered(FLAGS)
    texts = new_site(answers, chance(answers, True))
    for secret in ("s3cr3t", "t" * 48, "u" * 32, HASH):
        assert secret not in texts.settings
        assert secret in texts.secrets
    keys = set(re.findall(r"^(\w+) = ", texts.secrets, re.MULTILINE))
    assert keys == {"token_secret", "secret", "password_hash", "dn", "sip_server_password"}
    assert "s3cr3t" not in repr(chance(answers, True))


def test_each_setting_has_its_words_above_it() -> None:
    texts = new_site(answered(FLAGS), chance(answered(FLAGS), False))
    written = " ".join(line.removeprefix("# ") for line in texts.settings.splitlines())
    for name in ("site.public_name", "sip_server.address", "gateway.sip", "media.address", "gws.url", "turn.urls"):
        (each,) = (each for each in SETTINGS if each.name == name)
        assert f"{each.declared.help} {each.key} = " in written


def test_what_is_offered_as_a_comment_loads_as_well() -> None:
    answers = answered(FLAGS)
    texts = new_site(answers, chance(answers, False))
    offered = re.sub(r"^# (\w+ = )", r"\1", texts.settings, flags=re.MULTILINE)
    assert offered != texts.settings
    assert parse(offered, secrets=texts.secrets) == parse(texts.settings, secrets=texts.secrets)


def test_behind_an_address_translation_both_addresses_are_written() -> None:
    answers = answered({**FLAGS, "media_address": "198.51.100.7"})
    texts = new_site(answers, chance(answers, False))
    site = parse(texts.settings, secrets=texts.secrets)
    assert (site.media.address, site.media.advertise) == ("192.0.2.10", "198.51.100.7")
    assert site.turn.external_address == "198.51.100.7"
