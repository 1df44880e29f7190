from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from cordboard.rtp.packet import RtpPacket
from cordboard.rtp.statistics import ReceptionReport, ReceptionStatistics


def receive(statistics: ReceptionStatistics, *sequences: int, ssrc: int = 5, late: float = 0.0) -> None:
    for sequence in sequences:
        packet = RtpPacket(0, sequence & 0xFFFF, sequence * 160 & 0xFFFFFFFF, ssrc, bytes(160)).to_bytes()
        statistics.update(packet, 100.0 + sequence * 0.02 + late)


def test_nothing_yet() -> None:
    statistics = ReceptionStatistics()
    assert (statistics.packets, statistics.lost, statistics.jitter, statistics.ssrc) == (0, 0, 0.0, None)
    assert statistics.report() is None


def test_counts_loss() -> None:
    statistics = ReceptionStatistics()
    receive(statistics, *range(0, 100), *range(125, 200))
    assert (statistics.packets, statistics.lost) == (175, 25)
    assert statistics.report() == ReceptionReport(5, 25 * 256 // 200, 25, 199, 0)
    receive(statistics, *range(200, 300))
    assert statistics.report() == ReceptionReport(5, 0, 25, 299, 0)


def test_late_packets_are_no_loss() -> None:
    statistics = ReceptionStatistics()
    receive(statistics, 1, 2, 5, 4, 3, 6)
    assert statistics.lost == 0
    receive(statistics, 6, 6)
    assert statistics.lost == 0
    report = statistics.report()
    assert report is not None
    assert report.lost == -2  # repeated packets count as received (RFC 3550 section 6.4.1)


def test_what_is_asked_for_again_comes_later() -> None:
    statistics = ReceptionStatistics(misorder=1000)
    receive(statistics, *range(0, 100), *range(101, 400), 100, *range(400, 500))
    assert (statistics.packets, statistics.lost) == (500, 0)


def test_a_gap_is_a_burst() -> None:
    statistics = ReceptionStatistics()
    receive(statistics, *range(0, 100))
    assert statistics.burst == 0.0
    receive(statistics, *range(103, 200))
    assert statistics.burst == 3.0
    receive(statistics, *range(201, 300))
    assert (statistics.lost, statistics.burst) == (4, 2.0)


def test_bursts_across_the_wrap_and_of_several_sources() -> None:
    statistics = ReceptionStatistics()
    receive(statistics, *range(65_530, 65_535), *range(65_539, 65_600))
    assert (statistics.lost, statistics.burst) == (4, 4.0)
    receive(statistics, 100, 101, 104, ssrc=6)
    assert (statistics.lost, statistics.burst) == (6, 3.0)


def test_what_comes_late_was_no_burst() -> None:
    statistics = ReceptionStatistics()
    receive(statistics, 1, 2, 5, 4, 3, 6, 8, 7)
    assert statistics.burst == 0.0
    receive(statistics, 9, 13, 11, 12, 14)
    assert (statistics.lost, statistics.burst) == (1, 1.0), "one of the gap never came"
    receive(statistics, 20, 21, 22)
    assert (statistics.lost, statistics.burst) == (6, 3.0)


def test_a_late_packet_of_an_earlier_gap_does_not_make_bursts_shorter_than_one() -> None:
    statistics = ReceptionStatistics()
    receive(statistics, 1, 3, 5, 7, 2, 4)
    assert (statistics.lost, statistics.burst) == (1, 1.0)


def test_numbers_wrap() -> None:
    statistics = ReceptionStatistics()
    receive(statistics, *range(65_530, 65_546))
    assert (statistics.packets, statistics.lost) == (16, 0)
    report = statistics.report()
    assert report is not None
    assert report.highest_sequence == 65_545
    receive(statistics, 65_534)  # a late one from before the wrap
    report = statistics.report()
    assert report is not None
    assert report.highest_sequence == 65_545


def test_a_new_source_is_no_loss_and_keeps_what_was_lost() -> None:
    statistics = ReceptionStatistics()
    receive(statistics, 1, 2, 4)
    receive(statistics, 40_000, 40_001, 40_003, 40_004, ssrc=6)
    assert (statistics.packets, statistics.lost, statistics.ssrc) == (7, 2, 6)
    assert statistics.report() == ReceptionReport(6, 51, 1, 40_004, 0)
    receive(statistics, 10_000, ssrc=6)  # the same source begins again
    assert statistics.lost == 2


def test_jitter_follows_rfc_3550() -> None:
    statistics = ReceptionStatistics()
    expected = 0.0
    for sequence in range(200):
        late = 0.01 if sequence % 2 else 0.0
        receive(statistics, sequence, late=late)
        if sequence:
            expected += (0.01 - expected) / 16
    assert abs(statistics.jitter - expected) < 1e-6
    assert abs(statistics.jitter - 0.01) < 1e-4
    report = statistics.report()
    assert report is not None
    assert report.jitter == int(expected * 8000)


def test_digits_and_clock_jumps_are_no_jitter() -> None:
    statistics = ReceptionStatistics()
    now = 0.0
    for number in range(50):
        statistics.update(RtpPacket(101, number, 1000, 5).to_bytes(), now)
        now += 0.02
    statistics.update(RtpPacket(0, 50, 1000 + 50 * 160, 5).to_bytes(), now)
    assert statistics.jitter < 1e-9
    statistics.update(RtpPacket(0, 51, 3_000_000_000, 5).to_bytes(), now + 0.02)
    assert statistics.jitter < 1e-9


@given(
    st.lists(
        st.tuples(st.integers(0, 2), st.integers(0, 0xFFFF), st.integers(0, 0xFFFFFFFF), st.floats(0, 1)), max_size=40
    )
)
def test_whatever_comes_the_figures_stay_sane(packets: list[tuple[int, int, int, float]]) -> None:
    statistics = ReceptionStatistics()
    now = 0.0
    for ssrc, sequence, timestamp, passed in packets:
        now += passed
        statistics.update(RtpPacket(0, sequence, timestamp, ssrc).to_bytes(), now)
    assert statistics.packets == len(packets)
    assert 0 <= statistics.lost <= 3000 * len(packets)
    assert 0.0 <= statistics.jitter <= 4.0
    assert statistics.burst == 0.0 if not statistics.lost else 1.0 <= statistics.burst <= statistics.lost
    report = statistics.report()
    assert report is None or 0 <= report.fraction_lost <= 255


def test_jitter_in_another_clock_is_measured_anew() -> None:
    statistics = ReceptionStatistics()
    receive(statistics, 1, 2, 3)
    receive(statistics, 4, late=0.05)
    assert statistics.jitter > 0.002
    before = statistics.jitter
    statistics.set_clock_rate(8000)
    assert statistics.jitter == before, "the same clock"
    statistics.set_clock_rate(48_000)
    assert statistics.jitter == 0.0
    for number in range(5, 50):
        packet = RtpPacket(111, number, number * 960, 5, bytes(60)).to_bytes()
        statistics.update(packet, 100.0 + number * 0.02)
    assert statistics.jitter < 0.0001
