from __future__ import annotations

import pytest

from cordboard.sip.errors import RemoteProtocolError
from cordboard.sip.uri import Uri


@pytest.mark.parametrize(
    ("text", "uri"),
    [
        ("sip:127.0.0.1", Uri("sip", "", "127.0.0.1")),
        ("sip:5001@127.0.0.81:5060", Uri("sip", "5001", "127.0.0.81", 5060)),
        ("sips:Alice@Example.COM", Uri("sips", "Alice", "Example.COM")),
        ("sip:a@h;transport=ws;ob", Uri("sip", "a", "h", None, {"transport": "ws", "ob": None})),
        ("sip:h;lr?subject=x&to=y", Uri("sip", "", "h", None, {"lr": None}, "subject=x&to=y")),
        ("sip:g4l@qk8v.invalid;transport=ws", Uri("sip", "g4l", "qk8v.invalid", None, {"transport": "ws"})),
        ("sip:a@[::1]:5060", Uri("sip", "a", "[::1]", 5060)),
        ("sip:[2001:db8::9:1]", Uri("sip", "", "[2001:db8::9:1]")),
        ("sip:alice:secret@h", Uri("sip", "alice", "h", password="secret")),
        ("sip:alice:@h", Uri("sip", "alice", "h", password="")),
        (
            "sip:+1-555-0100;phone-context=x@h;user=phone",
            Uri("sip", "+1-555-0100;phone-context=x", "h", None, {"user": "phone"}),
        ),
        ("sip:under_score@my_host", Uri("sip", "under_score", "my_host")),
        ("tel:+15550100", Uri("tel", "+15550100", "")),
        ("tel:7042;phone-context=example.com", Uri("tel", "7042", "", None, {"phone-context": "example.com"})),
        ("urn:service:sos", Uri("urn", "service:sos", "")),
        ("http://127.0.0.1/photo?a=b;c", Uri("http", "//127.0.0.1/photo?a=b;c", "")),
    ],
)
def test_reading_and_printing(text: str, uri: Uri) -> None:
    assert Uri.parse(text) == uri
    assert str(uri) == text


@pytest.mark.parametrize(
    ("text", "user", "printed"),
    [
        ("sip:%61lice@h", "alice", "sip:alice@h"),
        ("sip:user%40example.com@h", "user@example.com", "sip:user%40example.com@h"),
        ("sip:%2372%23@h", "#72#", "sip:%2372%23@h"),
        ("sip:Zo%C3%AB@h", "Zoë", "sip:Zo%C3%AB@h"),
        ("sip:a%3Ab@h", "a:b", "sip:a%3Ab@h"),
        ("sip:null-%00-null@h", "null-\0-null", "sip:null-%00-null@h"),
        ("sip:a%0d%0ab@h", "a\r\nb", "sip:a%0D%0Ab@h"),
        ("sip:*8,1/2?@h", "*8,1/2?", "sip:*8,1/2?@h"),
    ],
)
def test_the_user_is_unescaped_and_escaped_again(text: str, user: str, printed: str) -> None:
    uri = Uri.parse(text)
    assert uri.user == user
    assert str(uri) == printed
    assert Uri.parse(printed) == uri


def test_scheme_and_parameter_names_become_lower_case() -> None:
    assert str(Uri.parse("SIP:a@H;Transport=UDP;LR")) == "sip:a@H;transport=UDP;lr"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "sip",
        "sip:",
        "5001",
        ":a@h",
        "1sip:a@h",
        "sip:@h",
        "sip:a@",
        "sip:a@b@h",
        "sip:a@h:",
        "sip:a@h:x",
        "sip:a@h:65536",
        "sip:a@h:-1",
        "sip:a@[::1",
        "sip:a@::1",
        "sip:a@h/x",
        "sip:a@h;=x",
        "sip:a b@h",
        "sip: a@h",
        "sip:a@h ",
        "<sip:a@h>",
        'sip:"a"@h',
        "sip:a\r\n@h",
        "sip:a%4@h",
        "sip:a%zz@h",
        "sip:a%ff@h",
        "sip:a@hö",
    ],
)
def test_malformed_uris_are_refused(text: str) -> None:
    with pytest.raises(RemoteProtocolError) as refused:
        Uri.parse(text)
    assert refused.value.status_hint == 400


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("sip:%61lice@atlanta.example;transport=TCP", "sip:alice@AtLanTa.example;Transport=tcp"),
        ("sip:carol@chicago.example", "sip:carol@chicago.example;newparam=5"),
        ("sip:carol@chicago.example;newparam=5", "sip:carol@chicago.example;security=on"),
        (
            "sip:biloxi.example;transport=tcp;method=REGISTER?to=sip:bob%40biloxi.example",
            "sip:biloxi.example;method=REGISTER;transport=tcp?to=sip:bob%40biloxi.example",
        ),
        ("sip:alice@h?subject=project%20x&priority=urgent", "sip:alice@h?priority=urgent&subject=project%20x"),
        ("tel:+15550100", "tel:+15550100"),
    ],
)
def test_uris_that_are_equivalent(one: str, other: str) -> None:
    assert Uri.parse(one).matches(Uri.parse(other))
    assert Uri.parse(other).matches(Uri.parse(one))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("SIP:ALICE@h;transport=udp", "sip:alice@h;transport=UDP"),
        ("sip:bob@h", "sip:bob@h:5060"),
        ("sip:bob@h", "sip:bob@h;transport=udp"),
        ("sip:bob@h", "sip:bob@h:6000;transport=tcp"),
        ("sip:carol@h", "sip:carol@h?Subject=next%20meeting"),
        ("sip:bob@phone21.boxes.example", "sip:bob@127.0.0.4"),
        ("sip:a@h;x=1", "sip:a@h;x=2"),
        ("sip:a@h", "sips:a@h"),
        ("sip:a@h", "sip:a:@h"),
        ("sip:a@h;user=phone", "sip:a@h"),
        ("sip:a@h;maddr=127.0.0.1", "sip:a@h"),
        ("tel:+15550100", "tel:+15550101"),
    ],
)
def test_uris_that_are_not(one: str, other: str) -> None:
    assert not Uri.parse(one).matches(Uri.parse(other))
    assert not Uri.parse(other).matches(Uri.parse(one))


def test_a_uri_can_be_a_key() -> None:
    assert {Uri.parse("sip:a@h;lr"): 1}[Uri.parse("sip:a@h;lr")] == 1


@pytest.mark.parametrize(("text", "expected"), [("sip:a@h", True), ("SIPS:a@h", True), ("tel:1", False)])
def test_which_schemes_are_sip(text: str, expected: bool) -> None:
    assert Uri.parse(text).is_sip is expected
