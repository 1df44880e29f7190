"""The descriptions that a page writes, as Chromium does it: one line of sound, and one of pictures when there is a
camera."""

from __future__ import annotations

from dataclasses import dataclass

from kit.camera import Camera

# What Chromium 156 writes, without what does not matter here. Opus first: the relay must pass over it.
DESCRIPTION = """v=0
o=- {session} {version} IN IP4 127.0.0.1
s=-
t=0 0
a=group:BUNDLE {mid}
m=audio 9 UDP/TLS/RTP/SAVPF {formats}
c=IN IP4 0.0.0.0
a=rtcp:9 IN IP4 0.0.0.0
a=ice-ufrag:{ufrag}
a=ice-pwd:{password}
a=ice-options:trickle
a=fingerprint:sha-256 {fingerprint}
a=setup:{setup}
a=mid:{mid}
a={direction}
a=rtcp-mux
{maps}
a=ssrc:{ssrc} cname:test
"""
VIDEO = """m=video {port} UDP/TLS/RTP/SAVPF {formats}
c=IN IP4 0.0.0.0
a=ice-ufrag:{ufrag}
a=ice-pwd:{password}
a=fingerprint:sha-256 {fingerprint}
a=setup:{setup}
a=mid:{mid}
a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid
a={direction}
a=rtcp-mux
a=rtcp-rsize
{maps}
a=ssrc:{ssrc} cname:test
"""
OFFERED = (
    "111 opus/48000/2",
    "63 red/48000/2",
    "9 G722/8000",
    "0 PCMU/8000",
    "8 PCMA/8000",
    "13 CN/8000",
    "110 telephone-event/48000",
    "126 telephone-event/8000",
)


@dataclass(frozen=True, slots=True)
class PageEnd:
    """What each line of a description says of the page that writes it."""

    ufrag: str
    password: str
    fingerprint: str
    setup: str

    def sound(self, formats: tuple[str, ...], **more: object) -> str:
        """The session and its line of sound; `more` is session, version, mid, direction and ssrc."""
        return DESCRIPTION.format(
            formats=" ".join(line.split()[0] for line in formats),
            maps="\n".join(f"a=rtpmap:{line}" for line in formats),
            ufrag=self.ufrag,
            password=self.password,
            fingerprint=self.fingerprint,
            setup=self.setup,
            **more,
        )

    def pictures(self, camera: Camera) -> str:
        """The line of pictures, refused by a camera without a direction."""
        return VIDEO.format(
            port=9 if camera.direction else 0,
            formats=" ".join(str(codec.payload_type) for codec in camera.listed),
            maps="\n".join(f"a={attribute}" for attribute in camera.attributes()),
            ufrag=self.ufrag,
            password=self.password,
            fingerprint=self.fingerprint,
            setup=self.setup,
            mid=camera.mid,
            direction=camera.answered if self.setup == "active" else camera.direction,
            ssrc=camera.voice.ssrc,
        )


def bundled(sound: str, pictures: str, mid: str) -> str:
    """The whole description, its lines ended as SDP wants it; `mid` is that of the pictures, where they are bundled."""
    if mid:
        sound = sound.replace("a=group:BUNDLE", f"a=group:BUNDLE {mid}", 1)
    return (sound + pictures).replace("\n", "\r\n")
