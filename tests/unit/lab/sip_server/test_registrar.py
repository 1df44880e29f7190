"""The registrar's rules, one by one (SIP Server reference 1.3)."""

from __future__ import annotations

import pytest

from cordboard.lab.sip_server.registrar import NONCE_LIFETIME, Registrar, Registration, bare_uri
from cordboard.lab.sip_server.settings import DnSettings, SipServerSettings
from cordboard.sip import digest
from cordboard.sip.events import Flow
from cordboard.sip.headers import Headers
from cordboard.sip.message import Request

PHONE = Flow("UDP", "sip-server", ("127.0.0.64", 5060))
SECRET = b"secret"


def registrar(*dns: DnSettings, **options: object) -> Registrar:
    chosen = dns or (DnSettings("5001"), DnSettings("5009", enabled=False))
    return Registrar(SipServerSettings(dns=chosen, **options), SECRET)  # type: ignore[arg-type]


def request(dn: str = "5001", expires: str | None = "1800", call_id: str = "one", **fields: str) -> Request:
    contact = fields.pop("Contact", f"<sip:{dn}@127.0.0.64:5060>")
    headers = Headers([("To", fields.pop("To", f"<sip:{dn}@127.0.0.81>")), ("Call-ID", call_id)])
    if contact:
        headers.add("Contact", contact)
    if expires is not None:
        headers.add("Expires", expires)
    for name, value in fields.items():
        headers.add(name, value)
    return Request("REGISTER", "sip:127.0.0.81", headers)


def register(subject: Registrar, message: Request, now: float = 0.0) -> Registration:
    return subject.register("transaction", PHONE, message, now)


def status(registration: Registration) -> int:
    assert registration.answer is not None
    return registration.answer.status


def test_a_binding_lasts_as_long_as_asked_for() -> None:
    subject = registrar()
    made = register(subject, request(expires="3600"), now=100.0)
    assert (status(made), made.changed) == (200, "5001")
    assert made.answer
    assert made.answer.headers == (
        ("Expires", "3600"),
        ("Contact", "<sip:5001@127.0.0.64:5060>;expires=3600"),
    )
    assert subject.deadline == 3700.0
    assert subject.expire(3699.9) == []
    assert subject.expire(3700.0) == ["5001"]
    assert subject.binding("5001") is None
    assert subject.deadline is None


def test_uris_are_kept_exactly_as_written() -> None:
    subject = registrar()
    register(subject, request(To='"Me" <sip:5001@127.0.0.81:5060>;x=y', Contact="<sip:5001@127.0.0.64;transport=udp>"))
    binding = subject.binding("5001")
    assert binding is not None
    assert binding.address_of_record == "sip:5001@127.0.0.81:5060"
    assert binding.contact == "sip:5001@127.0.0.64;transport=udp"
    assert binding.target == ("127.0.0.64", 5060)


def test_a_contact_that_is_no_ip_address_registers_and_cannot_be_reached() -> None:
    subject = registrar()
    made = register(subject, request(Contact="<sip:abc@xyz.invalid;transport=ws>"))
    binding = subject.binding("5001")
    assert status(made) == 200
    assert binding is not None
    assert binding.target is None


@pytest.mark.parametrize("dn", ["5999", "5009"], ids=["unknown", "disabled"])
def test_an_unknown_dn_gets_404_with_its_own_words(dn: str) -> None:
    made = register(registrar(), request(dn))
    assert status(made) == 404
    assert made.answer
    assert made.answer.headers[0] == ("Expires", "1800")
    assert made.answer.headers[1] == ("Contact", f"<sip:{dn}@127.0.0.64:5060>;expires=1800")


@pytest.mark.parametrize("dn", ["5999", "5009"], ids=["unknown", "disabled"])
def test_an_unknown_dn_that_leaves_gets_silence(dn: str) -> None:
    assert register(registrar(), request(dn, "0")) == Registration(None)


def test_a_known_dn_that_never_came_may_leave() -> None:
    made = register(registrar(), request(expires="0"))
    assert made.answer
    assert made.answer.headers == (("Contact", "<sip:5001@127.0.0.64:5060>;expires=0"),)
    assert (status(made), made.changed) == (200, "")


def test_one_binding_and_the_last_one_wins() -> None:
    subject = registrar()
    register(subject, request())
    again = register(subject, request(call_id="two", Contact="<sip:5001@127.0.0.65:5070>"))
    binding = subject.binding("5001")
    assert again.changed == "5001"
    assert binding is not None
    assert binding.contact == "sip:5001@127.0.0.65:5070"


def test_a_refresh_changes_nothing_for_cti() -> None:
    subject = registrar()
    register(subject, request())
    assert register(subject, request(), now=900.0).changed == ""
    assert subject.deadline == 2700.0


def test_any_expires_0_wipes_the_binding() -> None:
    subject = registrar()
    register(subject, request())
    stale = register(subject, request(expires="0", call_id="an old one", Contact="<sip:5001@127.0.0.99:5090>"))
    assert (status(stale), stale.changed) == (200, "5001")
    assert stale.answer
    assert stale.answer.headers == (("Contact", "<sip:5001@127.0.0.99:5090>;expires=0"),)
    assert subject.binding("5001") is None


@pytest.mark.parametrize(
    ("expires", "contact"),
    [("0", "<sip:5001@127.0.0.64>"), ("1800", "<sip:5001@127.0.0.64>;expires=0"), ("0", "*"), ("0", "")],
)
def test_ways_to_leave(expires: str, contact: str) -> None:
    subject = registrar()
    register(subject, request())
    assert register(subject, request(expires=expires, Contact=contact)).changed == "5001"


def test_without_a_contact_it_tells_the_binding() -> None:
    subject = registrar()
    register(subject, request())
    asked = register(subject, request(expires=None, Contact=""), now=800.0)
    assert asked.answer
    assert asked.answer.headers == (("Contact", "<sip:5001@127.0.0.64:5060>;expires=1000"),)


@pytest.mark.parametrize("expires", ["banana", "-1", "", None])
def test_a_malformed_expires_is_the_default(expires: str | None) -> None:
    made = register(registrar(), request(expires=expires))
    assert made.answer
    assert made.answer.headers[0] == ("Expires", "1800")


@pytest.mark.parametrize(
    "message",
    [request(To="<sip:127.0.0.81>"), request(To="rubbish"), request(Contact="*"), request(Contact="<sip:")],
    ids=["no user", "rubbish", "star without 0", "contact"],
)
def test_what_cannot_be_read_is_a_bad_request(message: Request) -> None:
    assert status(register(registrar(), message)) == 400


def test_only_the_phone_itself_is_taken_for_its_dn() -> None:
    subject = registrar()
    register(subject, request(Contact="<sip:5001@127.0.0.64:5099>"))
    binding = subject.binding("5001")
    assert binding is not None
    assert binding.came_from(("127.0.0.64", 5060))
    assert binding.came_from(("127.0.0.64", 5099))
    assert not binding.came_from(("127.0.0.65", 5060))


@pytest.mark.parametrize("qop", [True, False])
def test_digest(qop: bool) -> None:
    dn = DnSettings("5001", "right", {"authenticate-requests": "register, invite"})
    subject = registrar(dn, digest_qop=qop)
    challenged = register(subject, request())
    assert status(challenged) == 401
    assert subject.binding("5001") is None
    assert challenged.answer
    (challenge,) = [value for name, value in challenged.answer.headers if name == "WWW-Authenticate"]
    assert ("qop=" in challenge) is qop

    def answer(password: str) -> Request:
        credentials = digest.authorization(challenge, "REGISTER", "sip:127.0.0.81", "5001", password, "cnonce")
        return request(Authorization=credentials)

    assert status(register(subject, answer("wrong"))) == 401
    stale = register(subject, answer("right"), now=NONCE_LIFETIME + 1)
    assert stale.answer
    assert "stale=true" in dict(stale.answer.headers)["WWW-Authenticate"]
    assert status(register(subject, answer("right"), now=1.0)) == 200
    assert subject.binding("5001") is not None


def test_bare_uri() -> None:
    assert bare_uri("sip:5001@host:5060;tag=x") == "sip:5001@host:5060"
    assert bare_uri('"A, B" <sip:5001@host;transport=udp>;tag=x') == "sip:5001@host;transport=udp"


@pytest.mark.parametrize("retry_after", ["", "30"])
def test_the_lab_can_refuse(retry_after: str) -> None:
    annex = {"lab-register-status": "503"} | ({"lab-register-retry-after": retry_after} if retry_after else {})
    refused = register(registrar(DnSettings("5001", annex=annex)), request())
    assert status(refused) == 503
    assert refused.answer is not None
    assert refused.answer.headers == ((("Retry-After", "30"),) if retry_after else ())


def test_the_lab_can_ask_for_a_longer_lifetime() -> None:
    subject = registrar(DnSettings("5001", annex={"lab-register-minimum": "3600"}))
    refused = register(subject, request(expires="1800"))
    assert refused.answer is not None
    assert (refused.answer.status, refused.answer.headers) == (423, (("Min-Expires", "3600"),))
    assert status(register(subject, request(expires="3600"))) == 200
    assert status(register(subject, request(expires="0"))) == 200


@pytest.mark.parametrize(("annex", "shown"), [({}, True), ({"lab-register-query": "false"}, False)])
def test_a_query_shows_the_binding_or_hides_it(annex: dict[str, str], shown: bool) -> None:
    subject = registrar(DnSettings("5001", annex=annex))
    register(subject, request())
    answer = register(subject, request(expires=None, Contact="")).answer
    assert answer is not None
    assert bool(answer.headers) is shown
