from __future__ import annotations

import pytest
from bench.drift import Flat, growth, slope


def samples(*values: float, every: float = 5.0) -> list[tuple[float, float]]:
    return [(number * every, value) for number, value in enumerate(values)]


def test_slope_of_a_line_is_its_own() -> None:
    assert slope(samples(10, 20, 30, 40)) == pytest.approx(2.0)
    assert growth(samples(10, 20, 30, 40)) == pytest.approx(30.0)


def test_single_peaks_do_not_move_it() -> None:
    assert slope(samples(10, 10, 500, 10, 10, 10, 10)) == 0.0


def test_slow_leak_under_noise_is_seen() -> None:
    noisy = samples(*(100 + number * 0.5 + (7 if number % 3 else -7) for number in range(100)))
    assert growth(noisy) == pytest.approx(49.5, rel=0.05)
    assert not Flat(share=0.1).allows(noisy)


def test_many_samples_are_thinned_out() -> None:
    assert slope(samples(*range(3000))) == pytest.approx(0.2)


@pytest.mark.parametrize(
    ("flat", "allowed"),
    [(Flat(share=0.05), False), (Flat(absolute=9.0), False), (Flat(absolute=10.0), True), (Flat(share=0.5), True)],
)
def test_growth_is_judged_over_the_whole_time(flat: Flat, allowed: bool) -> None:
    assert flat.allows(samples(100, 102, 104, 106, 108, 110)) is allowed


def test_what_shrinks_or_was_never_sampled_is_flat() -> None:
    assert Flat().allows(samples(3, 2, 1))
    assert Flat().allows([])
    assert slope(samples(7)) == 0.0
