from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cordboard.config.kinds import Wrong
from cordboard.site.errors import SiteProblem
from cordboard.site.questions import BY_NAME, QUESTIONS, Questionnaire, told

FLAGS = {
    "sip_server": "sip.example:5060",
    "gws": "http://gws.example:8090",
    "public_name": "phone.example",
    "agents": "5001-5020",
    "listen": "192.0.2.10",
}


def test_what_no_flag_says_has_its_default() -> None:
    questionnaire = Questionnaire()
    questionnaire.take(FLAGS)
    questionnaire.take_defaults()
    answers = questionnaire.answers("/etc/cordboard")
    assert answers.listen == "192.0.2.10:5060"
    assert answers.media_address == "192.0.2.10"
    assert answers.certificate == "/etc/cordboard/phone.pem"
    assert answers.certificate_key == "/etc/cordboard/phone.key"
    assert (answers.sip_server_backup, answers.acme, answers.turn) == ("", False, True)
    assert answers.agents == tuple(str(dn) for dn in range(5001, 5021))


def test_this_machine_s_own_address_is_offered() -> None:
    listen = BY_NAME["listen"]
    assert listen.default({"own_address": "192.0.2.7"}) == "192.0.2.7"
    assert listen.default({}) is None


def test_with_acme_there_is_no_key_to_ask_for() -> None:
    questionnaire = Questionnaire()
    questionnaire.take({**FLAGS, "certificate": "ACME", "acme_contact": "me@phone.example"})
    assert "certificate_key" not in [each.name for each in questionnaire.open()]
    questionnaire.take_defaults()
    answers = questionnaire.answers("/etc/cordboard")
    assert (answers.acme, answers.acme_contact, answers.certificate) == (True, "me@phone.example", "")


def test_all_flags_that_are_missing_are_told() -> None:
    with pytest.raises(SiteProblem) as caught:
        Questionnaire().take_defaults()
    missing = [each.split(":")[0] for each in caught.value.problems]
    assert missing == ["--sip-server", "--gws", "--public-name", "--listen", "--media-address", "--agents"]


def test_all_flags_that_are_wrong_are_told() -> None:
    flags = {
        "sip_server": "sip:5060:1",
        "gws": "gws.example",
        "public_name": "a b",
        "agents": "5020-5001",
        "listen": "x",
    }
    with pytest.raises(SiteProblem) as caught:
        Questionnaire().take({**flags, "certificate_key": "/a", "certificate": "acme"})
    assert caught.value.problems == (
        '--sip-server: "sip:5060:1" is not host or host:port; right would be "sip-server.example:5060"',
        '--gws: "gws.example" is not an http or https address; right would be "http://gws.example:8090"',
        '--public-name: "a b" is not a host name; right would be "phone.example"',
        '--listen: "x" is not this machine\'s IP address; right would be "192.0.2.10" or "192.0.2.10:5060"',
        '--agents: "5020-5001" cannot be: 5020-5001 ends before it begins; right would be 5001-5020;'
        ' right would be "5001-5020 5030"',
        "--certificate-key: is of no use here; acme gets certificate and key",
    )


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("sip_server", "  "),
        ("gws", "http://gws.example/ui"),
        ("public_name", ""),
        ("public_name", "192.0.2.1"),
        ("certificate", "phone.pem"),
        ("certificate_key", ""),
        ("acme_contact", "me"),
        ("listen", "0.0.0.0"),
        ("listen", "[::]:5060"),
        ("listen", "192.0.2.10:70000"),
        ("media_address", "::"),
        ("media_address", "phone.example"),
        ("agents", "5001;5002"),
        ("turn", "perhaps"),
    ],
)
def test_what_is_no_answer_is_told_with_one_that_is(name: str, text: str) -> None:
    with pytest.raises(Wrong) as caught:
        BY_NAME[name].read(text)
    assert told(text, caught.value)


@pytest.mark.parametrize(
    ("name", "text", "answer"),
    [
        ("sip_server", " sip.example ", "sip.example"),
        ("gws", "https://gws.example:443/", "https://gws.example"),
        ("public_name", "Phone.Example", "phone.example"),
        ("listen", "[2001:db8::1]", "[2001:db8::1]:5060"),
        ("agents", "5001-5003,5004", "5001-5004"),
        ("turn", "Y", "yes"),
        ("sip_passwords", "no", "no"),
    ],
)
def test_answers_are_as_written_in_the_settings(name: str, text: str, answer: str) -> None:
    assert BY_NAME[name].read(text) == answer


@settings(deadline=None, max_examples=50)
@given(st.sampled_from(QUESTIONS), st.text())
def test_any_text_is_an_answer_or_wrong(question: object, text: str) -> None:
    read = question.read  # type: ignore[attr-defined]
    try:
        answer = read(text)
    except Wrong as wrong:
        answer = wrong.why
    assert isinstance(answer, str)


@pytest.mark.parametrize(
    ("flags", "agents", "wrong"),
    [
        ({"probe_dn": "5020", "answering_dn": "6000"}, 21, ""),
        ({"probe_dn": "6000"}, 21, ""),
        ({"probe_dn": "", "answering_dn": ""}, 20, "--answering-dn: is of no use here; it belongs to --probe-dn"),
        ({"probe_dn": "5020", "answering_dn": "5020"}, 20, '--answering-dn: "5020" is the DN that calls'),
        ({"probe_dn": "a b"}, 20, '--probe-dn: "a b" is not a DN'),
    ],
)
def test_the_doctor_s_dns_are_among_the_agents_and_two(flags: dict[str, str], agents: int, wrong: str) -> None:
    questionnaire = Questionnaire()
    if wrong:
        with pytest.raises(SiteProblem) as caught:
            questionnaire.take({**FLAGS, **flags})
        assert caught.value.problems[0].startswith(wrong)
        return
    questionnaire.take({**FLAGS, **flags})
    questionnaire.take_defaults()
    answers = questionnaire.answers("/etc/cordboard")
    assert len(answers.agents) == agents
    assert {answers.probe_dn, answers.answering_dn} - {""} <= set(answers.agents)
