from __future__ import annotations

import pytest

from cordboard.sip.errors import RemoteProtocolError
from cordboard.sip.headers import MAXIMUM_FIELDS, Headers


def headers() -> Headers:
    return Headers([("Via", "one"), ("To", "x"), ("Via", "two, three"), ("X-Genesys-CallUUID", "u")])


def test_fields_stay_in_order_and_repeated() -> None:
    assert headers().items() == [("Via", "one"), ("To", "x"), ("Via", "two, three"), ("X-Genesys-CallUUID", "u")]
    assert headers().get_all("via") == ["one", "two, three"]
    assert headers().get_list("VIA") == ["one", "two", "three"]
    assert len(headers()) == 4


@pytest.mark.parametrize("name", ["Via", "via", "VIA", "vIa", "v", "V"])
def test_names_compare_without_case_and_with_their_compact_form(name: str) -> None:
    assert headers().get(name) == "one"
    assert name in headers()


@pytest.mark.parametrize("name", ["x-genesys-calluuid", "X-GENESYS-CALLUUID", "X-Genesys-CallUUID"])
def test_extension_names_compare_without_case_too(name: str) -> None:
    assert headers().get(name) == "u"


def test_an_absent_field_gives_the_default() -> None:
    assert headers().get("Contact") is None
    assert headers().get("Contact", "none") == "none"
    assert headers().get_all("Contact") == []
    assert "Contact" not in headers()
    assert 5 not in headers()


@pytest.mark.parametrize(
    ("written", "printed"),
    [("i", "Call-ID"), ("call-id", "Call-ID"), ("CaLl-iD", "Call-ID"), ("x-OWN", "x-OWN"), ("o", "Event")],
)
def test_well_known_names_are_printed_in_their_usual_spelling(written: str, printed: str) -> None:
    assert Headers([(written, "1")]).items() == [(printed, "1")]
    assert Headers.parse([f"{written}: 1"]).items() == [(printed, "1")]


def test_set_replaces_all_at_the_place_of_the_first() -> None:
    changed = headers()
    changed.set("v", "only")
    assert changed.items() == [("Via", "only"), ("To", "x"), ("X-Genesys-CallUUID", "u")]


def test_set_appends_what_was_not_there() -> None:
    changed = headers()
    changed.set("Contact", "c")
    assert changed.items()[-1] == ("Contact", "c")


def test_remove_takes_all_of_a_name() -> None:
    changed = headers()
    changed.remove("VIA")
    changed.remove("Contact")
    assert changed.items() == [("To", "x"), ("X-Genesys-CallUUID", "u")]


def test_a_copy_is_independent() -> None:
    original = headers()
    copied = original.copy()
    copied.add("Contact", "c")
    assert "Contact" not in original
    assert copied != original
    assert original == headers()
    assert original != "Via"


def test_a_copy_with_one_more_field_on_top_leaves_the_original() -> None:
    original = headers()
    assert original.under("v", "zero").items() == [("Via", "zero"), *headers().items()]
    assert original == headers()


def test_values_do_not_show_in_the_representation() -> None:
    assert repr(Headers([("To", "<sip:15550100@h>"), ("Authorization", "secret")])) == "Headers(To, Authorization)"


@pytest.mark.parametrize("line", ["To:x", "To: x", "To :x", "To\t: \t x \t", "t:x"])
def test_blanks_around_colon_and_value_do_not_count(line: str) -> None:
    assert Headers.parse([line]).items() == [("To", "x")]


def test_a_value_may_be_empty_or_hold_colons() -> None:
    assert Headers.parse(["Subject:", "Call-ID: a:b"]).items() == [("Subject", ""), ("Call-ID", "a:b")]


@pytest.mark.parametrize("line", ["", "To", "no colon here", ": x", "a b: x", "ä: x", "To\x00: x"])
def test_a_line_that_is_no_field_is_refused(line: str) -> None:
    with pytest.raises(RemoteProtocolError):
        Headers.parse([line])


def test_the_number_of_fields_is_bounded() -> None:
    assert len(Headers.parse(["Via: x"] * MAXIMUM_FIELDS)) == MAXIMUM_FIELDS
    with pytest.raises(RemoteProtocolError) as refused:
        Headers.parse(["Via: x"] * (MAXIMUM_FIELDS + 1))
    assert refused.value.status_hint == 513


def test_a_field_that_changed_is_found_as_it_is_now() -> None:
    headers = Headers([("To", "one"), ("Via", "a"), ("Via", "b")])
    assert (headers.get("v"), headers.get("From")) == ("a", None)
    headers.add("From", "two")
    headers.set("t", "three")
    headers.remove("Via")
    assert (headers.get("From"), headers.get("To"), headers.get("Via")) == ("two", "three", None)
    assert headers.under("Via", "c").get("Via") == "c"
