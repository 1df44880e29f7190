"""Versions as programs say them, and what is known against them."""

from __future__ import annotations

import pytest

from cordboard.doctor.known_bad import KNOWN_BAD, known_of, program_in


@pytest.mark.parametrize(
    ("banner", "program", "version"),
    [
        ("Coturn-4.6.1 'Gorst'", "Coturn", (4, 6, 1)),
        ("Asterisk/22.10.1", "Asterisk", (22, 10, 1)),
        ("Asterisk PBX 16.28.0~dfsg-0+deb11u4", "Asterisk", (16, 28, 0)),
        ("rtpengine 11.5.1.41", "rtpengine", (11, 5, 1, 41)),
        ("nginx/1.22.1", "nginx", (1, 22, 1)),
    ],
)
def test_program(banner: str, program: str, version: tuple[int, ...]) -> None:
    assert program_in(banner) == (program, version)


@pytest.mark.parametrize("banner", ["", "Jetty(9.4)", "asterisk", "coturn 'x'"])
def test_no_program(banner: str) -> None:
    assert program_in(banner) is None


def test_ranges() -> None:
    assert [each.range for each in known_of("Coturn", (4, 5, 1, 3))] == ["before 4.5.2"]
    assert [each.range for each in known_of("Coturn", (4, 6, 1))] == ["4.5.2 to before 4.9.0"]
    assert known_of("Coturn", (4, 9, 0)) == []
    assert known_of("Asterisk", (22, 10, 1)) == []
    assert known_of("nginx", (1, 0)) == []


def test_ranges_of_one_program_do_not_overlap() -> None:
    for each in KNOWN_BAD:
        assert [other for other in KNOWN_BAD if other.program == each.program and other.has(each.since)][:1] == [each]
