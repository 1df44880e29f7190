"""Pictures at either end of a media call: what is shown, what is seen, and which codecs the descriptions name.

The payloads are noise: nothing between the two ends may look into them.
"""

from __future__ import annotations

import itertools
import secrets
from collections.abc import Callable, Iterable

from cordboard.rtp.packet import RtpPacket
from cordboard.sdp.codec import Codec, codec_attributes
from cordboard.sdp.description import Attribute
from cordboard.sdp.video import FEEDBACK, RemoteVideo, same_video
from kit.phone import Voice, in_order

H264 = Codec(102, "H264", 90000, 1, "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f")
H264_SINGLE = Codec(104, "H264", 90000, 1, "level-asymmetry-allowed=1;packetization-mode=0;profile-level-id=42e01f")
H264_HIGH = Codec(112, "H264", 90000, 1, "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=64001f")
VP8 = Codec(96, "VP8", 90000)
RTX = Codec(97, "rtx", 90000, 1, "apt=96")
BROWSER = (VP8, RTX, H264, H264_SINGLE, H264_HIGH)
FRAME = 3000  # timestamp units: 30 pictures a second


class Camera:
    """`direction` is what descriptions say of the video line; "" for none."""

    def __init__(self, codecs: Iterable[Codec] = BROWSER) -> None:
        self.codecs = tuple(codecs)
        self.direction = ""
        self.mid = "1"
        self.feedback: tuple[str, ...] = FEEDBACK
        self.voice = Voice()
        self.seen: list[RtpPacket] = []
        self.listed: tuple[Codec, ...] = self.codecs
        self.answered = ""
        self.sends = self.codecs[0]

    def take_offer(self, videos: Iterable[RemoteVideo]) -> bool:
        """What our answer lists; False if the offer has no video. Without a direction of ours we only watch."""
        video = next(iter(videos), None)
        if video is None:
            return False
        self.mid = video.mid
        known = [codec for codec in video.codecs if any(same_video(codec, own) for own in self.codecs)]
        self.listed = tuple(known)
        wishes = {"sendrecv": ("sendrecv", "recvonly", "sendonly"), "recvonly": ("recvonly", "recvonly", "inactive"),
                  "inactive": ("inactive",) * 3}[self.direction or "inactive"]  # fmt: skip
        self.answered = dict(zip(("sendrecv", "sendonly", "recvonly"), wishes, strict=True)).get(
            video.direction, "inactive"
        )
        self.sends = self.listed[0]
        return True

    def attributes(self) -> list[Attribute]:
        """Those of `listed`."""
        feedback = (
            Attribute("rtcp-fb", f"{each.payload_type} {kind}") for each in self.listed for kind in self.feedback
        )
        return [*codec_attributes(self.listed), *feedback]

    def knows(self, packet: RtpPacket) -> bool:
        """The packet is one of pictures."""
        return bool(self.direction) and packet.payload_type in {codec.payload_type for codec in self.listed}

    def show(self, send: Callable[[bytes], None], *sizes: int) -> list[bytes]:
        """Send one picture in packets of these sizes, the marker on the last; the payloads."""
        voice, payloads = self.voice, [secrets.token_bytes(size) for size in sizes or (1100, 1100, 300)]
        for place, payload in enumerate(payloads, 1):
            last = place == len(payloads)
            number = self.sends.payload_type
            send(RtpPacket(number, voice.sequence, voice.timestamp, voice.ssrc, payload, last).to_bytes())
            voice.sequence = (voice.sequence + 1) & 0xFFFF
        voice.timestamp = (voice.timestamp + FRAME) & 0xFFFFFFFF
        return payloads

    def unbroken(self) -> bool:
        """All that was seen is one stream, nothing missing and nothing twice."""
        sequences = [packet.sequence for packet in self.seen]
        steps = {(after - before) & 0xFFFF for before, after in itertools.pairwise(sequences)}
        return len({packet.ssrc for packet in self.seen}) == 1 and steps <= {1}

    def in_order(self) -> bool:
        """Of each source each sequence number is above the one before."""
        return in_order(self.seen)
