"""What a side and we agree on about video: what is said, what is heard in it, and when it does not fit any more."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import pytest

from cordboard.media.descriptions.video import MOST_FORMATS, MOST_LINES, Line, VideoSide, Wish
from cordboard.sdp.codec import Codec
from cordboard.sdp.direction import Direction, direction_of
from cordboard.sdp.video import FEEDBACK, LocalVideo, RemoteVideo

H264 = Codec(102, "H264", 90000, 1, "packetization-mode=1;profile-level-id=42e01f;sprop-parameter-sets=Z0LAHg==")
HIGH = Codec(112, "H264", 90000, 1, "packetization-mode=1;profile-level-id=64001f")
VP8 = Codec(96, "VP8", 90000)
LINE = Line(1, 10002, "RTP/AVP")
OPEN = Direction.SENDRECV


def theirs(direction: str = "sendrecv", codecs: Sequence[Codec] = (VP8, H264), index: int = 1) -> list[RemoteVideo]:
    return [
        RemoteVideo(
            index, tuple(codecs), Direction(direction), frozenset(FEEDBACK), "RTP/AVP", "m", "127.0.0.5", 4000, 4001
        )
    ]


class Both:
    """A page and a trunk; each step is an offer or an answer of theirs, with ours before or after it."""

    def __init__(self) -> None:
        self.page, self.trunk = VideoSide(leads=False), VideoSide(leads=True)

    def offers(
        self, side: VideoSide, videos: Sequence[RemoteVideo] = (), *, is_open: bool = True, ours: Direction = OPEN
    ) -> LocalVideo | None:
        """They offer; our answer."""
        side.take_offer(videos, self.other(side), is_open=is_open)
        return side.answer(LINE, self.other(side), ours)

    def answers(
        self, side: VideoSide, videos: Sequence[RemoteVideo] = (), *, is_open: bool = True, ours: Direction = OPEN
    ) -> LocalVideo | None:
        """They answer our offer; the offer."""
        offer = side.offer(LINE, self.other(side), ours, ())
        side.take_answer(videos, self.other(side), is_open=is_open)
        return offer

    def other(self, side: VideoSide) -> VideoSide:
        return self.trunk if side is self.page else self.page

    @property
    def stale(self) -> tuple[bool, bool]:
        """The page's description, the trunk's."""
        return self.page.stale(self.trunk), self.trunk.stale(self.page)


@pytest.fixture
def call() -> Both:
    """Video goes both ways."""
    both = Both()
    both.offers(both.trunk, theirs())
    both.answers(both.page, theirs())
    assert both.stale == (False, False)
    return both


def test_nothing_is_said_while_nobody_has_video() -> None:
    both = Both()
    assert both.offers(both.trunk) is None
    assert both.answers(both.page) is None
    assert both.stale == (False, False)


@pytest.mark.parametrize(("page", "trunk"), list(itertools.product(Direction, Direction)))
def test_directions_of_page_and_trunk_meet(page: Direction, trunk: Direction) -> None:
    """The trunk offers first. What we say to it at last is what the page does, within what it offered."""
    both = Both()
    both.offers(both.trunk, theirs(trunk))
    offer = both.page.offer(LINE, both.trunk, OPEN, ())
    if trunk is Direction.INACTIVE:
        assert offer is None
        return
    assert offer is not None
    assert Direction(offer.direction) is trunk, "to us it is what we are to the page"
    said = Direction(offer.direction)
    sends, receives = page.sends and said.receives, page.receives and said.sends
    both.page.take_answer(theirs(direction_of(sends=sends, receives=receives)), both.trunk, is_open=True)
    assert both.stale == (False, (sends, receives) != (trunk.receives, trunk.sends))
    if both.stale[1]:
        again = both.trunk.offer(LINE, both.page, OPEN, ())
        assert again is not None
        free = Direction(again.direction)
        answer = direction_of(sends=trunk.sends and free.receives, receives=trunk.receives and free.sends)
        both.trunk.take_answer(theirs(answer), both.page, is_open=True)
        assert both.stale == (False, False)


def test_answer_has_one_codec_under_their_number_and_nothing_of_their_pictures(call: Both) -> None:
    answer = call.offers(call.trunk, theirs(codecs=[HIGH, H264.numbered(99)]))
    assert answer is not None
    (codec,) = answer.codecs
    assert (codec.payload_type, codec.parameters) == (99, "packetization-mode=1;profile-level-id=42e01f")
    assert (answer.index, answer.mid, set(answer.feedback)) == (1, "m", set(FEEDBACK))


def test_offer_has_what_the_other_side_has_with_its_parameters() -> None:
    both = Both()
    both.offers(both.trunk, theirs(codecs=[VP8, HIGH, H264]))
    offer = both.page.offer(LINE, both.trunk, OPEN, {102})
    assert offer is not None
    assert [codec.name for codec in offer.codecs] == ["H264", "VP8", "H264"], "that in use before all others"
    assert offer.codecs[0].parameters == H264.parameters
    assert 102 not in {codec.payload_type for codec in offer.codecs}


def test_offers_do_not_grow_without_end() -> None:
    both = Both()
    levels = [
        Codec(number, "H264", 90000, 1, f"packetization-mode=1;profile-level-id={number:02x}001f")
        for number in range(100, 120)
    ]
    both.offers(both.trunk, theirs(codecs=levels))
    offer = both.page.offer(LINE, both.trunk, OPEN, ())
    assert offer is not None
    assert len(offer.codecs) == MOST_FORMATS
    assert both.page.offer(Line(MOST_LINES, 1, "RTP/AVP"), both.trunk, OPEN, ()) is None


def test_no_common_codec_is_no_video() -> None:
    both = Both()
    assert both.offers(both.trunk, theirs(codecs=[])) is None
    assert not both.trunk.live
    assert both.page.offer(LINE, both.trunk, OPEN, ()) is None


def test_switched_off() -> None:
    both = Both()
    both.page, both.trunk = VideoSide((), leads=False), VideoSide(())
    assert both.offers(both.trunk, theirs()) is None
    assert both.offers(both.page, theirs()) is None
    assert both.stale == (False, False)


def test_trunk_leads_and_page_follows(call: Both) -> None:
    """Whatever the page has now, the trunk keeps its codec while the page could have it; then the page is told."""
    assert call.trunk.codec is not None
    assert call.trunk.codec.name == "H264"
    call.answers(call.page, theirs(codecs=[VP8, H264]))
    assert call.page.codec is not None
    assert call.page.codec.name == "H264", "of several the one that fits"
    call.offers(call.page, theirs(codecs=[VP8]))
    assert call.stale == (False, True) or call.stale == (True, True)
    answer = call.offers(call.trunk, theirs(codecs=[H264, VP8]))
    assert answer is not None
    assert answer.codecs[0].name == "VP8", "the page has nothing else"
    assert call.stale == (False, False)


def test_hold_pauses(call: Both) -> None:
    for videos in (theirs("sendonly"), theirs("inactive"), []):
        call.offers(call.trunk, videos, is_open=False)
        assert call.stale == (False, False)
    call.offers(call.trunk, theirs())
    assert call.stale == (False, False)
    call.offers(call.trunk, theirs("recvonly"))
    assert call.stale == (True, False), "sound is open: the far camera is off"


def test_inactive_that_we_said_is_not_their_wish(call: Both) -> None:
    call.offers(call.trunk)
    assert call.stale == (True, False)
    offer = call.answers(call.page, theirs("inactive"))
    assert offer is not None
    assert offer.direction == "inactive", "a browser's line and camera outlive it"
    assert call.page.wish == Wish()
    assert call.stale == (False, False)
    call.offers(call.trunk, theirs())
    assert call.stale == (True, False), "pictures are back"


def test_page_that_refused_is_left_alone_until_it_offers() -> None:
    both = Both()
    both.offers(both.trunk, theirs())
    both.answers(both.page)
    assert both.stale == (False, True)
    assert both.answers(both.trunk) is None
    assert both.stale == (False, False)
    assert both.offers(both.trunk, theirs()) is None
    assert both.page.offer(LINE, both.trunk, OPEN, ()) is None
    both.offers(both.page, theirs())
    assert both.stale[1]
    assert both.answers(both.trunk, theirs()) is not None
    assert both.stale == (False, False)


def test_trunk_that_refused_is_asked_in_every_offer_but_gets_none_for_it() -> None:
    both = Both()
    both.offers(both.page, theirs())
    assert both.answers(both.trunk) is not None
    assert both.stale == (True, False)
    both.answers(both.page, theirs("inactive"))
    assert both.stale == (False, False)
    assert both.answers(both.trunk, theirs()) is not None
    assert both.stale == (True, False)


def test_camera_that_is_turned_on_asks_again() -> None:
    both = Both()
    both.offers(both.page, theirs())
    both.answers(both.trunk)
    both.offers(both.page, theirs("recvonly"))
    assert not both.stale[1]
    both.trunk.ask_again()
    both.offers(both.page, theirs())
    assert both.stale[1]


def test_browser_that_adds_a_second_line_for_its_camera(call: Both) -> None:
    call.offers(call.page, [*theirs("recvonly"), *theirs(index=3)])
    assert call.page.remote is not None
    assert call.page.remote.index == 3
    call.offers(call.page, [*theirs("recvonly"), *theirs("recvonly", index=3)])
    assert call.page.remote.index == 3, "nothing speaks for a change"


def test_answer_at_another_place_is_none(call: Both) -> None:
    call.answers(call.trunk, theirs(index=2))
    assert not call.trunk.live


def test_old_hold_is_answered_recvonly() -> None:
    both = Both()
    both.offers(both.trunk, theirs())
    (video,) = theirs()
    held = RemoteVideo(1, video.codecs, OPEN, video.feedback, "RTP/AVP", "", "0.0.0.0", 4000, 4001)
    answer = both.offers(both.trunk, [held], is_open=False)
    assert answer is not None
    assert answer.direction == "recvonly"
    assert not both.trunk.they_receive


def test_offer_that_is_out_counts(call: Both) -> None:
    """Nobody is offered twice what is on its way."""
    call.offers(call.trunk)
    assert call.stale[0]
    offer = call.page.offer(LINE, call.trunk, OPEN, ())
    assert not call.page.stale(call.trunk, is_unanswered=True)
    call.offers(call.trunk, theirs("recvonly"))
    assert call.page.stale(call.trunk, is_unanswered=True)
    again = call.page.offer(LINE, call.trunk, OPEN, ())
    assert offer is not None
    assert again is not None
    assert (offer.direction, again.direction) == ("inactive", "recvonly")
    call.offers(call.trunk, theirs("recvonly", codecs=[VP8]))
    assert call.page.stale(call.trunk, is_unanswered=True) is not any(codec.name == "VP8" for codec in again.codecs)


def test_answer_to_an_offer_that_crossed_with_theirs(call: Both) -> None:
    """Refused with 491 and sent again: meanwhile they have offered, and answered another offer of ours."""
    assert call.trunk.offer(LINE, call.page, OPEN, ()) is not None
    call.offers(call.trunk, theirs())
    for _ in range(2):
        call.trunk.take_answer(theirs(), call.page, is_open=True)
        assert call.trunk.live
        assert call.stale == (False, False)


def test_our_hold_is_said_of_pictures_too(call: Both) -> None:
    offer = call.trunk.offer(LINE, call.page, Direction.INACTIVE, ())
    assert offer is not None
    assert offer.direction == "inactive"


def test_line_that_we_cannot_open_is_none(call: Both) -> None:
    call.trunk.drop()
    assert not call.trunk.live
    assert call.trunk.answer(LINE, call.page, OPEN) is None
