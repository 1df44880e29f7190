from __future__ import annotations

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cordboard.config import Address, PortRange, kinds
from cordboard.config.kinds import Kind, Wrong

ADDRESS = kinds.address("127.0.0.1:5060")
PORTS = kinds.ports("10000-20000")
URL = kinds.url("http://gws.example:8090")
SERVER = "host or host:port"
SHORTCUTS = "is not a list of answer, hang-up, mute or hold = key"
SHORTCUT = '["answer=F2", "hang-up=Ctrl+Alt+H"]'
INTERFACES = "is not a list of name/address or name/address!advertised"
PLACES = '["page/192.0.2.20!198.51.100.20", "trunk/192.0.2.21"]'


@pytest.mark.parametrize(
    ("kind", "written", "read"),
    [
        (ADDRESS, "127.0.0.1:5060", Address("127.0.0.1", 5060)),
        (ADDRESS, "sip-server.example:5060", Address("sip-server.example", 5060)),
        (ADDRESS, "[::1]:5060", Address("::1", 5060)),
        (kinds.address("a:1", optional=True), "", Address("", 0)),
        (kinds.addresses("a"), ["a:1", "[::1]:2"], (Address("a", 1), Address("::1", 2))),
        (PORTS, "10000-10001", PortRange(10000, 10001)),
        (URL, "http://gws.example:8090/", "http://gws.example:8090"),
        (URL, "HTTPS://GWS.example:443", "https://gws.example"),
        (URL, "http://[::1]:8090", "http://[::1]:8090"),
        (kinds.websocket_url("wss://a/ws"), "wss://phone.example/sip", "wss://phone.example/sip"),
        (kinds.websocket_url("wss://a/ws"), "", ""),
        (kinds.origins("http://a"), ["http://a", "https://b:444"], ("http://a", "https://b:444")),
        (kinds.whole(0, 5), 5, 5),
        (kinds.TRUTH, True, True),
        (kinds.choice("strict", "latch"), "latch", "latch"),
        (kinds.choices("opus", "PCMU"), ["PCMU", "opus"], ("PCMU", "opus")),
        (kinds.TEXT, "größer", "größer"),
        (kinds.DN, "+15550100", "+15550100"),
        (kinds.host("127.0.0.1"), "::1", "::1"),
        (kinds.NETWORKS, ["192.0.2.0/24", "2001:db8::/32"], ("192.0.2.0/24", "2001:db8::/32")),
        (kinds.INTERFACES, ["lan/192.0.2.1!198.51.100.1", "v6/::1"], ("lan/192.0.2.1!198.51.100.1", "v6/::1")),
        (kinds.COOKIE_NAMES, ["JSESSIONID", "lb.route-1"], ("JSESSIONID", "lb.route-1")),
        (kinds.SHORTCUTS, ["answer=F2", "hang-up=Ctrl+Alt+H"], ("answer=F2", "hang-up=Ctrl+Alt+H")),
        (kinds.SHORTCUTS, [], ()),
        (kinds.OPTIONS, ["sip-cti-control=talk,hold", "contact="], ("sip-cti-control=talk,hold", "contact=")),
    ],
)
def test_right_values(kind: Kind, written: object, read: object) -> None:
    assert kind.read(written) == read


@pytest.mark.parametrize(
    ("kind", "written", "why", "right"),
    [
        (kinds.addresses('["a:1"]'), ["a"], "is not a list of host:port", '["a:1"]'),
        (kinds.addresses('["a:1"]'), [], "is not a list of host:port", '["a:1"]'),
        (ADDRESS, "127.0.0.1", "is not host:port", '"127.0.0.1:5060"'),
        (ADDRESS, "gateway.example", "is not host:port", '"gateway.example:5060"'),
        (ADDRESS, "::1", "is not host:port: an IPv6 address stands in brackets", '"[::1]:5060"'),
        (kinds.server("a"), "2001:db8::1", f"is not {SERVER}: an IPv6 address stands in brackets", '"[2001:db8::1]"'),
        (kinds.server("a:1"), "a.example:99999", f"is not {SERVER}: a port is from 1 to 65535", '"a.example:1"'),
        (kinds.server("a"), "s\u00fcd.example:5060", f"is not {SERVER}", '"xn--sd-xka.example:5060"'),
        (kinds.HOST_NAME, "t\u00fccher.example", "is not a host name", '"xn--tcher-kva.example"'),
        (kinds.HOST_NAME, "\u00fc b.example", "is not a host name", '"phone.example"'),
        (ADDRESS, "[::1]", "is not host:port", '"[::1]:5060"'),
        (ADDRESS, "127.0.0.1:70000", "is not host:port: a port is from 1 to 65535", '"127.0.0.1:5060"'),
        (ADDRESS, "127.0.0.1:0", "is not host:port: a port is from 1 to 65535", '"127.0.0.1:5060"'),
        (ADDRESS, "300.1.1.1:5060", "is not host:port", '"127.0.0.1:5060"'),
        (ADDRESS, "sip:127.0.0.1:5060", "is not host:port", '"127.0.0.1:5060"'),
        (ADDRESS, "", "is not host:port", '"127.0.0.1:5060"'),
        (ADDRESS, 5060, "is not host:port", ""),
        (PORTS, "10000", "is not a range of ports", '"10000-20000"'),
        (PORTS, "20000-10000", "is not a range of ports between 1024 and 65535", '"10000-20000"'),
        (PORTS, "1-2", "is not a range of ports between 1024 and 65535", '"10000-20000"'),
        (URL, "gws.example:8090", "is not an http or https address", '"http://gws.example:8090"'),
        (URL, "http://user:pw@gws.example", "is not an http or https address", '"http://gws.example:8090"'),
        (URL, "http://gws.example:port", "is not an http or https address", '"http://gws.example:8090"'),
        (URL, "http://[::1", "is not an http or https address", '"http://gws.example:8090"'),
        (URL, "http://a/api", "has a path; only scheme, host and port belong here", '"http://a"'),
        (URL, "http://a?x", "has a path; only scheme, host and port belong here", '"http://a"'),
        (kinds.websocket_url("wss://a/ws"), "http://a/ws", "is not a ws or wss address", '"wss://a/ws"'),
        (kinds.origins("http://a"), "http://b", "is not a list of URLs", '["http://b"]'),
        (kinds.origins("http://a"), [1], "is not a list of URLs", ""),
        (kinds.origins("http://a"), ["null"], "is not an http or https address", '"http://a"'),
        (kinds.whole(0, 5), 6, "is not between 0 and 5", ""),
        (kinds.whole(0, 5), "5", "is not a whole number", "5"),
        (kinds.whole(0, 5), True, "is not a whole number", ""),
        (kinds.whole(0, 5), 1.5, "is not a whole number", ""),
        (kinds.TRUTH, "yes", "is not true or false", "true"),
        (kinds.TRUTH, "off", "is not true or false", "false"),
        (kinds.TRUTH, 1, "is not true or false", "true"),
        (kinds.choice("relay"), "rtpengine", 'is not "relay"', ""),
        (kinds.choices("a", "b"), ["c"], 'is not a list of some of "a", "b"', '["a", "b"]'),
        (kinds.choices("a", "b"), [], 'is not a list of some of "a", "b"', '["a", "b"]'),
        (kinds.choices("a", "b"), ["a", "a"], 'is not a list of some of "a", "b"', '["a", "b"]'),
        (kinds.choices("a", "b"), "a", "is not a list of words", '["a"]'),
        (kinds.choice("a", "b", "c"), "d", 'is none of "a", "b", "c"', ""),
        (kinds.TEXT, "a\nb", "holds a character that cannot be printed", ""),
        (kinds.TEXT, 5001, "is not text", '"5001"'),
        (kinds.DN, "50 01", "is not a DN: digits, letters and _ . + - only", '"5001"'),
        (kinds.REALM, 'a"b', "is not a realm: it must not be empty nor hold quotes or backslashes", '"cordboard"'),
        (kinds.host("127.0.0.1"), "gateway.example", "is not an IP address", '"127.0.0.1"'),
        (kinds.OPTIONS, ["refer-enabled"], "is not a list of name=value", '["refer-enabled=true"]'),
        (kinds.OPTIONS, "refer-enabled=true", "is not a list of name=value", '["refer-enabled=true"]'),
        (kinds.SHORTCUTS, ["answer=A"], SHORTCUTS, SHORTCUT),
        (kinds.SHORTCUTS, ["answer=Shift+A"], SHORTCUTS, SHORTCUT),
        (kinds.SHORTCUTS, ["fly=F2"], SHORTCUTS, SHORTCUT),
        (kinds.COOKIE_NAMES, ["a b"], "is not a list of cookie names", '["JSESSIONID"]'),
        (kinds.NETWORKS, ["192.0.2.7/24"], "is not a list of networks", '["192.0.2.0/24"]'),
        (kinds.NETWORKS, ["lan"], "is not a list of networks", '["198.51.100.0/24"]'),
        (kinds.INTERFACES, ["192.0.2.1"], INTERFACES, PLACES),
        (kinds.INTERFACES, ["lan/300.1.1.1"], INTERFACES, PLACES),
        (kinds.INTERFACES, ["lan/192.0.2.1!x"], INTERFACES, PLACES),
    ],
)
def test_wrong_values(kind: Kind, written: object, why: str, right: str) -> None:
    with pytest.raises(Wrong) as caught:
        kind.read(written)
    assert (caught.value.why, caught.value.right) == (why, right)


ALL_KINDS = [
    ADDRESS,
    PORTS,
    URL,
    kinds.websocket_url("wss://a/ws"),
    kinds.origins("http://a"),
    kinds.whole(0, 5),
    kinds.TRUTH,
    kinds.choice("a"),
    kinds.choices("a", "b"),
    kinds.TEXT,
    kinds.REALM,
    kinds.DN,
    kinds.host("127.0.0.1"),
    kinds.COOKIE_NAMES,
    kinds.OPTIONS,
    kinds.SHORTCUTS,
    kinds.NETWORKS,
    kinds.INTERFACES,
]
toml_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.dates(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)


@given(st.sampled_from(ALL_KINDS), toml_values)
def test_any_value_is_read_or_wrong(kind: Kind, value: object) -> None:
    try:
        kind.read(value)
    except Wrong as wrong:
        assert wrong.why  # noqa: PT017


@given(st.text(alphabet=st.characters(exclude_categories=("Cs",), max_codepoint=0xFFFF)))
def test_quoted_text_is_toml(text: str) -> None:
    assert tomllib.loads(f"x = {kinds.quoted(text)}") == {"x": text}
