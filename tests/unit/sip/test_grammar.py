from __future__ import annotations

import pytest

from cordboard.sip.errors import RemoteProtocolError
from cordboard.sip.grammar import (
    is_token,
    number,
    parse_parameters,
    print_parameters,
    quote,
    split_list,
    split_outside,
    unquote,
)


@pytest.mark.parametrize(
    ("text", "elements"),
    [
        ("", []),
        ("a", ["a"]),
        (" a , b,c ", ["a", "b", "c"]),
        (",a,,b,", ["a", "b"]),
        ('"Bell, A." <sip:a@h>, <sip:b,c@h>;q=1', ['"Bell, A." <sip:a@h>', "<sip:b,c@h>;q=1"]),
        (r'"a\",b" <sip:a@h>,x', [r'"a\",b" <sip:a@h>', "x"]),
        ('"<" <sip:a@h>,"," <sip:b@h>', ['"<" <sip:a@h>', '"," <sip:b@h>']),
    ],
)
def test_lists_are_cut_outside_quotes_and_brackets(text: str, elements: list[str]) -> None:
    assert split_list(text) == elements


@pytest.mark.parametrize("text", ['"a,b', "<sip:a@h,b", r'a,"b\"'])
def test_a_list_with_an_open_quote_or_bracket_is_refused(text: str) -> None:
    with pytest.raises(RemoteProtocolError):
        split_list(text)


def test_empty_parts_are_kept_where_they_are_not_a_list() -> None:
    assert split_outside("a;;b", ";") == ["a", "", "b"]


def test_parameters_are_read_as_written_with_lower_case_names() -> None:
    parameters = parse_parameters(' ;Branch = z9 ; RPORT;text="a;b=\\"c" ;;lr')
    assert parameters == {"branch": "z9", "rport": None, "text": '"a;b=\\"c"', "lr": None}
    assert print_parameters(parameters) == ';branch=z9;rport;text="a;b=\\"c";lr'


def test_the_first_of_two_equal_parameters_wins() -> None:
    assert parse_parameters(";tag=a;TAG=b") == {"tag": "a"}


def test_a_parameter_value_may_hold_an_equals_sign() -> None:
    assert parse_parameters(";p=a=b") == {"p": "a=b"}


def test_a_parameter_without_a_name_is_refused() -> None:
    with pytest.raises(RemoteProtocolError):
        parse_parameters(";=x")


def test_no_parameters_print_as_nothing() -> None:
    assert print_parameters({}) == ""


@pytest.mark.parametrize("text", ["", "plain", 'say "hi"', "back\\slash", '\\"', "Zoë"])
def test_quoting_is_undone_by_unquoting(text: str) -> None:
    assert unquote(quote(text)) == text


def test_a_line_end_does_not_get_into_a_quoted_string() -> None:
    assert quote("a\r\nVia: x") == '"a  Via: x"'


@pytest.mark.parametrize("text", ["plain", '"', '"open', 'closed"'])
def test_what_is_not_quoted_is_left_alone(text: str) -> None:
    assert unquote(text) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [("INVITE", True), ("a-b.c!%*_+`'~9", True), ("", False), ("a b", False), ("a@b", False), ("ä", False)],
)
def test_tokens(text: str, expected: bool) -> None:
    assert is_token(text) is expected


def test_numbers_are_read_up_to_their_limit() -> None:
    assert number("0070", 255, "x") == 70


@pytest.mark.parametrize("text", ["", "-1", "+1", "1.0", " 1", "1e3", "²", "٣", "256", "9" * 5000])
def test_what_is_no_number_in_range_is_refused(text: str) -> None:
    with pytest.raises(RemoteProtocolError, match="hops"):
        number(text, 255, "hops")
