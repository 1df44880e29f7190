from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cordboard.rtp.quality import (
    CODECS,
    CONCEALED,
    IS,
    PLAIN,
    RO,
    delay_impairment,
    equipment_impairment,
    mos,
    opinion,
)

codecs = st.sampled_from([*CODECS, "", "whatever comes"])
losses = st.floats(0.0, 1.0)
bursts = st.floats(0.0, 200.0)
seconds = st.floats(0.0, 5.0)


@pytest.mark.parametrize(
    ("rating", "expected"),
    [(93.2, 4.41), (90, 4.34), (80, 4.03), (70, 3.60), (60, 3.10), (50, 2.58), (0, 1.0), (100, 4.5)],
)
def test_opinions_of_g107_annex_b(rating: float, expected: float) -> None:
    assert opinion(rating) == pytest.approx(expected, abs=0.01)


def test_g107_defaults_give_its_default_rating() -> None:
    assert RO - IS - delay_impairment(0.0) == pytest.approx(93.2, abs=0.02)


def test_delay_begins_to_hurt_where_g114_says() -> None:
    """G.114: 150 ms are hardly noticed, and beyond 400 ms nobody should plan."""
    short, noticed, limit = (93.2 - (RO - IS - delay_impairment(ms)) for ms in (150.0, 250.0, 400.0))
    assert short < 4
    assert 10 < noticed < 20
    assert 25 < limit < 40


@pytest.mark.parametrize(("percent", "expected"), [(0, 0), (1, 5), (2, 7), (3, 10), (5, 15), (7, 20), (10, 25)])
def test_concealed_random_loss_is_that_of_g113_appendix_i(percent: int, expected: float) -> None:
    assert equipment_impairment(CONCEALED, percent / 100, 1.0) == pytest.approx(expected, abs=2.5)


def test_loss_that_nobody_conceals_is_far_worse() -> None:
    assert equipment_impairment(PLAIN, 0.01, 1.0) == pytest.approx(95 / 5.3)
    assert mos("PCMU", 0.02, 1.0, 0.0, 0.0, concealed=False) < mos("PCMU", 0.02, 1.0, 0.0, 0.0) - 0.9
    assert mos("G729", 0.02, 1.0, 0.0, 0.0, concealed=False) == mos("G729", 0.02, 1.0, 0.0, 0.0)


def test_bursts_count_against_what_random_loss_would_have() -> None:
    random = 1 / (1 - 0.1)
    assert equipment_impairment(CONCEALED, 0.1, random) == equipment_impairment(CONCEALED, 0.1, 0.0)
    assert equipment_impairment(CONCEALED, 0.1, 2 * random) == pytest.approx(95 * 10 / (10 / 2 + 25.1))


def test_a_good_line_and_a_bad_one() -> None:
    assert mos("PCMA", 0.0, 0.0, 0.01, 0.001) > 4.35
    assert mos("opus", 0.0, 0.0, 0.01, 0.001) == mos("OPUS", 0.0, 0.0, 0.01, 0.001) > 4.35
    assert mos("G729", 0.0, 0.0, 0.01, 0.001) == pytest.approx(4.07, abs=0.05)
    assert mos("PCMU", 0.05, 3.0, 0.3, 0.05) < 3.1
    assert mos("PCMU", 1.0, 500.0, 0.1, 0.0) < 1.2


@given(codecs, losses, bursts, seconds, seconds, st.booleans())
def test_always_an_opinion(codec: str, loss: float, burst: float, delay: float, jitter: float, concealed: bool) -> None:
    assert 1.0 <= mos(codec, loss, burst, delay, jitter, concealed=concealed) <= 4.5


@given(codecs, st.tuples(losses, losses), bursts, seconds, seconds, st.booleans())
def test_more_loss_is_never_better(
    codec: str, both: tuple[float, float], burst: float, delay: float, jitter: float, concealed: bool
) -> None:
    less, more = sorted(both)
    better = mos(codec, less, burst, delay, jitter, concealed=concealed)
    assert mos(codec, more, burst, delay, jitter, concealed=concealed) <= better + 1e-9


@given(codecs, losses, st.tuples(bursts, bursts), seconds, seconds)
def test_longer_bursts_are_never_better(
    codec: str, loss: float, both: tuple[float, float], delay: float, jitter: float
) -> None:
    shorter, longer = sorted(both)
    assert mos(codec, loss, longer, delay, jitter) <= mos(codec, loss, shorter, delay, jitter) + 1e-9


@given(codecs, losses, bursts, st.tuples(seconds, seconds), seconds)
def test_more_delay_is_never_better(
    codec: str, loss: float, burst: float, both: tuple[float, float], other: float
) -> None:
    less, more = sorted(both)
    assert mos(codec, loss, burst, more, other) <= mos(codec, loss, burst, less, other) + 1e-9
    assert mos(codec, loss, burst, other, more) <= mos(codec, loss, burst, other, less) + 1e-9
