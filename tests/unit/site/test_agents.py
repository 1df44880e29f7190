from __future__ import annotations

import itertools
import tomllib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cordboard.config import Agent, parse
from cordboard.site import agents as site
from cordboard.site.agents import PAGE, SIP_SERVER, Entry, Texts
from cordboard.site.errors import SiteProblem

SITE = '[sip_server]\naddress = "sip.example:5060" # ours\n[gws]\nurl = "http://gws.example"\n'
SETTINGS = SITE + '\n# Anna\n[[agents]]\ndn = "5001"\n\n[[agents]]\ndn = "5002"\npage_password = "plain"\n'
SECRETS = '# nobody else\n\n[[agents]]\ndn = "5001"\nsip_server_password = "old" # of May\n'
TEXTS = Texts(SETTINGS, SECRETS)

DNS = st.lists(st.integers(5001, 5012).map(str), unique=True, min_size=1, max_size=6)
SPACE = st.sampled_from(["", "\n", "\n\n", "# a word\n", "\n# two\n# lines\n\n"])
PASSWORD = st.sampled_from(["", "plain", 'qu"o\\te', "ümlaut #1"])


def of(texts: Texts) -> tuple[Agent, ...]:
    return parse(texts.settings, secrets=texts.secrets or None).agents


def comments(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.startswith("#")]


def problem(call: object) -> str:
    assert callable(call)
    with pytest.raises(SiteProblem) as caught:
        call()
    return str(caught.value)


@st.composite
def sites(draw: st.DrawFn) -> Texts:
    """Settings and secrets as somebody may have written them."""
    settings, secrets = SITE, draw(SPACE)
    for dn in draw(DNS):
        settings += draw(SPACE) + f'[[agents]]\ndn = "{dn}"' + draw(st.sampled_from(["", "  # somebody"])) + "\n"
        if draw(st.booleans()):
            settings += "page_password = " + draw(st.sampled_from(['"own"', "'own' # mine"])) + "\n"
        if draw(st.booleans()):
            secrets += draw(SPACE) + f'[[agents]]\ndn = "{dn}"\nsip_server_password = "old"\n'
        if draw(st.integers(0, 4)) == 0 and "[log]" not in settings:
            settings += draw(SPACE) + '[log]\nlevel = "info"\n'
    return Texts(settings + draw(SPACE), secrets + draw(SPACE))


@settings(deadline=None, max_examples=25)
@given(sites(), st.lists(st.integers(6001, 6012).map(str), unique=True, max_size=5), PASSWORD)
def test_what_is_added_and_removed_again_leaves_all_as_it_was(texts: Texts, dns: list[str], password: str) -> None:
    values = {SIP_SERVER: password} if password else {}
    added = site.added(texts, [(dn, values) for dn in dns])
    assert of(added) == (*of(texts), *(Agent(dn, password, "") for dn in dns))
    removed = site.removed(added, dns)
    assert of(removed) == of(texts)
    assert comments(removed.settings) == comments(texts.settings)
    assert comments(removed.secrets) == comments(texts.secrets)


@settings(deadline=None, max_examples=25)
@given(sites(), st.data())
def test_who_is_removed_takes_nothing_of_others(texts: Texts, data: st.DataObject) -> None:
    all_of_them = [entry.dn for entry in site.listed(texts)]
    gone = data.draw(st.lists(st.sampled_from(all_of_them), unique=True, min_size=1))
    removed = site.removed(texts, gone)
    assert of(removed) == tuple(agent for agent in of(texts) if agent.dn not in gone)
    assert 'address = "sip.example:5060" # ours' in removed.settings


@settings(deadline=None, max_examples=25)
@given(sites())
def test_rotation_changes_passwords_alone(texts: Texts) -> None:
    number = itertools.count()
    if not any(entry.sip_server_password or entry.page_password for entry in site.listed(texts)):
        assert "nothing to rotate" in problem(lambda: site.rotated(texts, (), lambda: "x"))
        return
    rotated, passwords = site.rotated(texts, (), lambda: f"new {next(number)}")
    before, after = of(texts), of(rotated)
    for one, other in zip(before, after, strict=True):
        new = passwords.get(one.dn, {})
        assert other.sip_server_password == new.get(SIP_SERVER, one.sip_server_password)
        assert other.page_password == new.get(PAGE, one.page_password)
        assert bool(one.sip_server_password) == bool(other.sip_server_password)
    assert comments(rotated.settings) == comments(texts.settings)
    assert comments(rotated.secrets) == comments(texts.secrets)
    assert all(old not in rotated.secrets + rotated.settings for old in ('"old"', '"own"', "'own'"))


def test_agents_are_listed_with_the_place_of_their_passwords() -> None:
    settings = SETTINGS + '\n[[agents]]\ndn = "5003"\nsip_server_password = { credential = "dn5003" }\n'
    assert site.listed(Texts(settings, SECRETS)) == [
        Entry("5001", "secrets", ""),
        Entry("5002", "", "settings"),
        Entry("5003", "credential dn5003", ""),
    ]


def test_who_is_there_already_is_told_and_nobody_is_added() -> None:
    assert problem(lambda: site.added(TEXTS, [("5001", {}), ("5002", {}), ("5003", {})])) == (
        "5001-5002: there already; nothing was added"
    )


@pytest.mark.parametrize(
    "call",
    [
        lambda: site.removed(TEXTS, ["5001", "5009"]),
        lambda: site.rotated(TEXTS, ["5009"], lambda: "x"),
        lambda: site.chosen(TEXTS, ["5009"]),
        lambda: site.given(TEXTS, {"5009": {PAGE: "x"}}),
    ],
)
def test_who_is_not_there_is_told(call: object) -> None:
    assert problem(call) == "5009: no such agent; `cordboard agents list` shows those there are"


def test_only_what_is_missing_is_made() -> None:
    made, passwords = site.rotated(TEXTS, [], lambda: "new", needed=[SIP_SERVER, PAGE], missing=True)
    assert passwords == {"5001": {PAGE: "new"}, "5002": {SIP_SERVER: "new"}}
    assert of(made) == (Agent("5001", "old", "new"), Agent("5002", "new", "plain"))
    assert problem(lambda: site.rotated(made, [], lambda: "x", needed=[PAGE], missing=True)) == (
        "none of these agents lacks one"
    )


def test_a_password_from_elsewhere_is_not_rotated_here() -> None:
    settings = SITE + '[[agents]]\ndn = "5003"\nsip_server_password = { file = "/run/secrets/5003" }\n'
    told = problem(lambda: site.rotated(Texts(settings), [], lambda: "x"))
    assert told == "5003: the password is in a file, the environment or a credential; change it there"


def test_a_password_is_changed_where_it_stands() -> None:
    changed = site.given(TEXTS, {"5001": {SIP_SERVER: "new", PAGE: "p"}, "5002": {PAGE: "q", SIP_SERVER: "s"}})
    assert changed.settings == SETTINGS.replace('"plain"', '"q"')
    assert tomllib.loads(changed.secrets)["agents"] == [
        {"dn": "5001", SIP_SERVER: "new", PAGE: "p"},
        {"dn": "5002", SIP_SERVER: "s"},
    ]
    assert '"new" # of May' in changed.secrets


def test_secrets_that_an_agent_left_behind_are_not_the_next_one_s() -> None:
    orphaned = Texts(SITE, SECRETS)
    assert of(site.added(orphaned, [("5001", {})])) == (Agent("5001"),)


def test_pages_need_passwords_where_they_register_with_one() -> None:
    assert not site.pages_have_passwords(TEXTS)
    assert site.pages_have_passwords(Texts(SITE + "[gateway]\npage_digest = true\n"))
    assert site.pages_have_passwords(Texts(SITE + '[gateway]\nkind = "asterisk"\n'))


def test_an_edit_that_would_change_anything_else_is_not_made(monkeypatch: pytest.MonkeyPatch) -> None:
    for wrong in ("[log]\n", 'x = "', '[[agents]]\ndn = "5001"\n'):
        monkeypatch.setattr(site, "without_agents", lambda text, _dns, wrong=wrong: text + wrong)
        assert "edit them by hand" in problem(lambda: site.removed(TEXTS, ["5001"]))


def test_other_ways_to_write_the_same_are_understood() -> None:
    strange = Texts(
        SITE.replace("[sip_server]", 'agents = [{ dn = "5001" }, { dn = "5002" }]\n[sip_server]'),
        '[["agents"]]\n"dn" = "5001"\nsip_server_password = """a"""\n',
    )
    assert of(site.removed(strange, ["5001"])) == (Agent("5002"),)
    assert of(site.given(strange, {"5001": {SIP_SERVER: "b"}}))[0] == Agent("5001", "b")
    assert of(site.added(strange, [("5003", {SIP_SERVER: "c"})]))[2] == Agent("5003", "c")
