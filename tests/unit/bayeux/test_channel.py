from __future__ import annotations

import pytest

from cordboard.bayeux.channel import is_meta, is_name, is_pattern, matches


@pytest.mark.parametrize("name", ["/v2/me/calls", "/a", "/user/agent/events", "/a.b-c_d!e~(f)$g@h"])
def test_names(name: str) -> None:
    assert is_name(name)
    assert is_pattern(name)


@pytest.mark.parametrize("text", ["", "/", "a", "/a/", "//a", "/a b", "/a\n", "/ä", 7, None, "/" + "a" * 300])
def test_what_is_no_name_is_no_pattern_either(text: object) -> None:
    assert not is_name(text)
    assert not is_pattern(text)


@pytest.mark.parametrize("pattern", ["/*", "/**", "/v2/me/*", "/v2/**"])
def test_wildcards_end_a_pattern_and_are_in_no_name(pattern: str) -> None:
    assert is_pattern(pattern)
    assert not is_name(pattern)


@pytest.mark.parametrize("text", ["/*/a", "/**/a", "/a*", "/***"])
def test_a_wildcard_anywhere_else_is_refused(text: str) -> None:
    assert not is_pattern(text)


@pytest.mark.parametrize(
    ("pattern", "name", "expected"),
    [
        ("/v2/me/calls", "/v2/me/calls", True),
        ("/v2/me/calls", "/v2/me/call", False),
        ("/v2/me/*", "/v2/me/calls", True),
        ("/v2/me/*", "/v2/me/calls/1", False),
        ("/v2/me/*", "/v2/me", False),
        ("/v2/**", "/v2/me/calls/1", True),
        ("/v2/**", "/v2/me", True),
        ("/v2/**", "/v2", False),
        ("/v2/**", "/v20/me", False),
        ("/**", "/a/b", True),
        ("/*", "/a", True),
        ("/*", "/a/b", False),
    ],
)
def test_one_star_is_one_segment_and_two_are_any_number(pattern: str, name: str, expected: bool) -> None:
    assert matches(pattern, name) is expected


def test_meta_channels() -> None:
    assert is_meta("/meta/connect")
    assert is_meta("/meta")
    assert not is_meta("/metals")
