"""Descriptions as browsers, telephones and SIP Server write them; all identities are invented."""

from __future__ import annotations


def crlf(text: str) -> str:
    return "".join(f"{line.strip()}\r\n" for line in text.strip().splitlines())


FINGERPRINT = "7B:0E:51:C4:92:1D:AA:38:6F:E2:05:9C:43:B7:10:D8:2E:F1:64:8A:3D:C9:57:00:BE:14:A6:72:E8:3B:95:4F"

_CHROMIUM_AUDIO = f"""
m=audio 37691 UDP/TLS/RTP/SAVPF 111 63 9 0 8 13 110 126
c=IN IP4 198.51.100.7
a=rtcp:9 IN IP4 0.0.0.0
a=candidate:3261224869 1 udp 2113937151 0b7c1d52-8a6e-4f0d-9b41-5f2d7c3e9a10.local 37691 typ host generation 0
a=candidate:842163049 1 udp 1677729535 198.51.100.7 37691 typ srflx raddr 0.0.0.0 rport 0 generation 0 network-cost 999
a=candidate:1510613869 1 tcp 1518280447 0b7c1d52-8a6e-4f0d-9b41-5f2d7c3e9a10.local 9 typ host tcptype active
a=ice-ufrag:Dz+6
a=ice-pwd:ewwCtZVk/qE9rDpcxNMt1SrO
a=ice-options:trickle
a=fingerprint:sha-256 {FINGERPRINT}
a=setup:actpass
a=mid:0
a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level
a=extmap:2 http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time
a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid
a=sendrecv
a=msid:90c5babb-0000-413c-92fd-e0001c083fc8 6c54d567-0000-4035-9254-bdd71f4b64a6
a=rtcp-mux
a=rtcp-rsize
a=rtpmap:111 opus/48000/2
a=rtcp-fb:111 transport-cc
a=fmtp:111 minptime=10;useinbandfec=1
a=rtpmap:63 red/48000/2
a=fmtp:63 111/111
a=rtpmap:9 G722/8000
a=rtpmap:0 PCMU/8000
a=rtpmap:8 PCMA/8000
a=rtpmap:13 CN/8000
a=rtpmap:110 telephone-event/48000
a=rtpmap:126 telephone-event/8000
a=ssrc:1590393572 cname:FBNPZ9wqHN1iy+ix
a=ssrc:1590393572 msid:90c5babb-0000-413c-92fd-e0001c083fc8 6c54d567-0000-4035-9254-bdd71f4b64a6
"""

CHROMIUM_OFFER = crlf(f"""
v=0
o=- 609452694902986164 2 IN IP4 127.0.0.1
s=-
t=0 0
a=group:BUNDLE 0
a=extmap-allow-mixed
a=msid-semantic: WMS 90c5babb-0000-413c-92fd-e0001c083fc8
{_CHROMIUM_AUDIO.strip()}
""")

# What stays when a page also asks for video and a data channel.
CHROMIUM_OFFER_WITH_VIDEO = crlf(f"""
v=0
o=- 8814377052211894021 2 IN IP4 127.0.0.1
s=-
t=0 0
a=group:BUNDLE 1 0 2
a=msid-semantic: WMS
m=video 9 UDP/TLS/RTP/SAVPF 96 97
c=IN IP4 0.0.0.0
a=ice-ufrag:Dz+6
a=ice-pwd:ewwCtZVk/qE9rDpcxNMt1SrO
a=fingerprint:sha-256 {FINGERPRINT}
a=setup:actpass
a=mid:1
a=recvonly
a=rtcp-mux
a=rtpmap:96 VP8/90000
a=rtpmap:97 rtx/90000
a=fmtp:97 apt=96
{_CHROMIUM_AUDIO.strip()}
m=application 9 UDP/DTLS/SCTP webrtc-datachannel
c=IN IP4 0.0.0.0
a=ice-ufrag:Dz+6
a=ice-pwd:ewwCtZVk/qE9rDpcxNMt1SrO
a=fingerprint:sha-256 {FINGERPRINT}
a=setup:actpass
a=mid:2
a=sctp-port:5000
a=max-message-size:262144
""")

# What JsSIP in Chromium answers to our offer.
JSSIP_ANSWER = crlf(f"""
v=0
o=- 4663031713537634915 2 IN IP4 127.0.0.1
s=-
t=0 0
a=group:BUNDLE 0
a=msid-semantic: WMS 8726c6e3-0000-43b3-8372-9fbae00f3600
m=audio 35470 UDP/TLS/RTP/SAVPF 0 8 101
c=IN IP4 127.0.0.1
a=rtcp:9 IN IP4 0.0.0.0
a=candidate:2592340667 1 udp 2113937151 127.0.0.1 35470 typ host generation 0 network-cost 999
a=ice-ufrag:KGjC
a=ice-pwd:tqLQPRaLIzh7AYUarRMKViwT
a=ice-options:trickle
a=fingerprint:sha-256 {FINGERPRINT}
a=setup:active
a=mid:0
a=sendrecv
a=msid:8726c6e3-0000-43b3-8372-9fbae00f3600 bf0631bb-0000-4b77-9cea-a1d9e3d4e40a
a=rtcp-mux
a=rtpmap:0 PCMU/8000
a=rtpmap:8 PCMA/8000
a=rtpmap:101 telephone-event/8000
a=ssrc:97130395 cname:H42+BKv8tY8efhc0
""")

# Firefox writes fingerprint and a direction for the whole session, transports in capitals, and fmtp before rtpmap.
FIREFOX_OFFER = crlf(f"""
v=0
o=mozilla...THIS_IS_SDPARTA-99.0 5566778899001122334 0 IN IP4 0.0.0.0
s=-
t=0 0
a=sendrecv
a=fingerprint:sha-256 {FINGERPRINT}
a=group:BUNDLE 0
a=ice-options:trickle
a=msid-semantic:WMS *
m=audio 51235 UDP/TLS/RTP/SAVPF 109 9 0 8 101
c=IN IP4 127.0.0.1
a=candidate:0 1 UDP 2122252543 5d1f0e4c-77aa-4b7e-8d25-9a80c3b1e6f4.local 51235 typ host
a=candidate:2 1 TCP 2105524479 5d1f0e4c-77aa-4b7e-8d25-9a80c3b1e6f4.local 9 typ host tcptype active
a=sendrecv
a=end-of-candidates
a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level
a=extmap:2/recvonly urn:ietf:params:rtp-hdrext:csrc-audio-level
a=fmtp:109 maxplaybackrate=48000;stereo=1;useinbandfec=1
a=fmtp:101 0-15
a=ice-pwd:4b1c7aa4f09d6e3352c8d7b1e0a9f846
a=ice-ufrag:8f31c2d7
a=mid:0
a=msid:{{6f2d9b14-0000-4c1e-8e77-0d5b3a9c2f68}} {{c0a81e55-0000-4f0b-a1d4-7e3f6b2c9d80}}
a=rtcp:51236 IN IP4 127.0.0.1
a=rtcp-mux
a=rtpmap:109 opus/48000/2
a=rtpmap:9 G722/8000/1
a=rtpmap:0 PCMU/8000
a=rtpmap:8 PCMA/8000
a=rtpmap:101 telephone-event/8000/1
a=setup:actpass
a=ssrc:2406853391 cname:{{8b3e1d70-0000-4a95-b2c6-5f4d0e9a7c13}}
""")

# A telephone's offer after it went through SIP Server.
GENESYS_OFFER = crlf("""
v=0
o=Genesys 1769469826 2 IN IP4 198.51.100.81
s=GSept-9.0.022.05
c=IN IP4 198.51.100.81
t=0 0
m=audio 8000 RTP/AVP 0 8 9 102 103 104 18 120 101
a=rtpmap:0 pcmu/8000
a=rtpmap:8 pcma/8000
a=rtpmap:9 g722/8000
a=rtpmap:102 iLBC/8000
a=rtpmap:103 iSAC/16000
a=rtpmap:104 iSAC/32000
a=rtpmap:18 g729/8000
a=fmtp:18 annexb=yes
a=rtpmap:120 opus/48000/2
a=rtpmap:101 telephone-event/8000
a=fmtp:101 0-15
""")

GENESYS_DUMMY = crlf("""
v=0
o=Genesys 1770020797 1 IN IP4 0.0.0.0
s=3pcc Make Call
c=IN IP4 0.0.0.0
t=0 0
m=audio 10000 RTP/AVP 101 8 0 4 18 3
a=rtpmap:101 telephone-event/8000
a=rtpmap:8 PCMA/8000
a=rtpmap:0 PCMU/8000
a=rtpmap:4 G723/8000
a=rtpmap:18 G729/8000
a=rtpmap:3 GSM/8000
""")
