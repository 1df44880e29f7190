"""Messages in the shapes that real peers send: SIP Server, its softphone, Asterisk, JsSIP. Identifiers are made up."""

from __future__ import annotations

OFFER = (
    b"v=0\r\no=Genesys 1770000000 1 IN IP4 127.0.0.81\r\ns=phone\r\nc=IN IP4 127.0.0.81\r\nt=0 0\r\n"
    b"m=audio 8000 RTP/AVP 0 8 101\r\na=rtpmap:0 pcmu/8000\r\na=rtpmap:8 pcma/8000\r\n"
    b"a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\n"
)


def wire(head: str, body: bytes = b"") -> bytes:
    """The lines of `head` with CRLF line ends, `%LENGTH%` filled in, an empty line, and `body`."""
    lines = head.strip().replace("%LENGTH%", str(len(body))).split("\n")
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


# SIP Server: From and To without angle brackets, Via after Content-Length, no rport.
SIP_SERVER_INVITE_WITHOUT_OFFER = wire("""
INVITE sip:5001@127.0.0.60:5060 SIP/2.0
From: sip:15550100@127.0.0.81;tag=0B11AA22-1111-4222-8333-0123456789AB-6
To: sip:5001@127.0.0.81:5060
Call-ID: 7F00AA11-2222-4333-8444-ABCDEF012345-3@127.0.0.81
CSeq: 1 INVITE
Content-Length: 0
Via: SIP/2.0/UDP 127.0.0.81:5060;branch=z9hG4bK0C22BB33-3333-4444-8555-123456ABCDEF-4
Contact: <sip:15550100@127.0.0.81:5060>
Allow: ACK, BYE, CANCEL, INFO, INVITE, MESSAGE, NOTIFY, OPTIONS, PRACK, REFER, UPDATE
Max-Forwards: 70
X-Genesys-CallUUID: TTL7J9EM750GP936CFL0EOACN8000077
Session-Expires: 1800;refresher=uac
Min-SE: 90
Supported: timer
""")

SIP_SERVER_INVITE_WITH_OFFER = wire(
    """
INVITE sip:5001@127.0.0.60:5060 SIP/2.0
From: sip:15550100@127.0.0.81:5060;tag=0B11AA22-1111-4222-8333-0123456789AB-7
To: sip:5001@127.0.0.81
Call-ID: 7F00AA11-2222-4333-8444-ABCDEF012345-4@127.0.0.81
CSeq: 1 INVITE
Content-Length: %LENGTH%
Content-Type: application/sdp
Via: SIP/2.0/UDP 127.0.0.81:5060;branch=z9hG4bK0C22BB33-3333-4444-8555-123456ABCDEF-5
Contact: <sip:15550100@127.0.0.81:5060>
Max-Forwards: 70
X-Genesys-CallUUID: TTL7J9EM750GP936CFL0EOACN8000077
Supported: uui,100rel,timer
""",
    OFFER,
)

SIP_SERVER_NOTIFY_TALK = wire("""
NOTIFY sip:5001@127.0.0.60:5060 SIP/2.0
From: sip:15550100@127.0.0.81;tag=0B11AA22-1111-4222-8333-0123456789AB-6
To: sip:5001@127.0.0.81:5060;tag=9e3c
Call-ID: 7F00AA11-2222-4333-8444-ABCDEF012345-3@127.0.0.81
CSeq: 2 NOTIFY
Content-Length: 0
Via: SIP/2.0/UDP 127.0.0.81:5060;branch=z9hG4bK0C22BB33-3333-4444-8555-123456ABCDEF-6
Contact: <sip:15550100@127.0.0.81:5060>
Event: talk
Subscription-State: active
Max-Forwards: 70
X-Genesys-CallUUID: TTL7J9EM750GP936CFL0EOACN8000077
""")

# No Max-Forwards and no Contact: SIP Server's ACK of a 2xx.
SIP_SERVER_ACK_WITH_ANSWER = wire(
    """
ACK sip:5001@127.0.0.60:5060 SIP/2.0
From: sip:15550100@127.0.0.81;tag=0B11AA22-1111-4222-8333-0123456789AB-6
To: sip:5001@127.0.0.81:5060;tag=9e3c
Call-ID: 7F00AA11-2222-4333-8444-ABCDEF012345-3@127.0.0.81
CSeq: 1 ACK
Content-Length: %LENGTH%
Content-Type: application/sdp
Via: SIP/2.0/UDP 127.0.0.81:5060;branch=z9hG4bK0C22BB33-3333-4444-8555-123456ABCDEF-7
X-Genesys-CallUUID: TTL7J9EM750GP936CFL0EOACN8000077
""",
    OFFER,
)

SIP_SERVER_BYE = wire("""
BYE sip:5001@127.0.0.60:5060 SIP/2.0
From: sip:15550100@127.0.0.81;tag=0B11AA22-1111-4222-8333-0123456789AB-6
To: sip:5001@127.0.0.81:5060;tag=9e3c
Call-ID: 7F00AA11-2222-4333-8444-ABCDEF012345-3@127.0.0.81
CSeq: 3 BYE
Content-Length: 0
Via: SIP/2.0/UDP 127.0.0.81:5060;branch=z9hG4bK0C22BB33-3333-4444-8555-123456ABCDEF-8
Reason: SIP;cause=403;text="Forbidden"
Max-Forwards: 70
X-Genesys-CallUUID: TTL7J9EM750GP936CFL0EOACN8000077
""")

SIP_SERVER_REGISTERED = wire("""
SIP/2.0 200 OK
From: "Genesys Softphone" <sip:5001@127.0.0.81:5060>;tag=5F00-1
To: <sip:5001@127.0.0.81:5060>;tag=0B11AA22-1111-4222-8333-0123456789AB-1
Call-ID: 0A0A0A0A-9999-4888-8777-666655554444-1@127.0.0.90
CSeq: 1 REGISTER
Via: SIP/2.0/UDP 127.0.0.90:5090;branch=z9hG4bK5D00-1;received=127.0.0.90
Contact: <sip:5001@127.0.0.90:5090>;expires=1800
Expires: 1800
Content-Length: 0
""")

SOFTPHONE_REGISTER = wire("""
REGISTER sip:127.0.0.81:5060;transport=UDP SIP/2.0
From: "Genesys Softphone" <sip:5001@127.0.0.81:5060>;tag=5F00-1
To: <sip:5001@127.0.0.81:5060>
Call-ID: 0A0A0A0A-9999-4888-8777-666655554444-1@127.0.0.90
CSeq: 1 REGISTER
Via: SIP/2.0/UDP 127.0.0.90:5090;branch=z9hG4bK5D00-1
User-Agent: a softphone (Windows)
Max-Forwards: 70
Contact: <sip:5001@127.0.0.90:5090>
Expires: 1800
Content-Length: 0
""")

ASTERISK_RINGING = wire("""
SIP/2.0 180 Ringing
Via: SIP/2.0/UDP 127.0.0.81:5060;rport=5060;received=127.0.0.81;branch=z9hG4bK0C22BB33-5
Call-ID: 7F00AA11-2222-4333-8444-ABCDEF012345-4@127.0.0.81
From: <sip:5002@127.0.0.81>;tag=0B11AA22-1111-4222-8333-0123456789AB-7
To: <sip:5001@127.0.0.81>;tag=e8b8ae22-eb36-4e65-90cd-abd725832248
CSeq: 1 INVITE
Server: an Asterisk
Contact: <sip:127.0.0.54:5061>
P-Asserted-Identity: "Agent 5001" <sip:5001@127.0.0.81>
Remote-Party-ID: "Agent 5001" <sip:5001@127.0.0.81>;party=called;privacy=off;screen=no
Content-Length: 0
""")

JSSIP_REGISTER = wire("""
REGISTER sip:127.0.0.1 SIP/2.0
Via: SIP/2.0/WS qk8v2m0s1f3d.invalid;branch=z9hG4bK1093548
Max-Forwards: 69
To: <sip:5001@127.0.0.1>
From: "Agent 5001" <sip:5001@127.0.0.1>;tag=h2v0k3p9qd
Call-ID: 8vm2k1s0dq93hd7fj2kq0d
CSeq: 2 REGISTER
Authorization: Bearer aaaa.bbbb.cccc
Contact: <sip:g4l1s9tk@qk8v2m0s1f3d.invalid;transport=ws>;+sip.ice;reg-id=1;+sip.instance="<urn:uuid:0f>";expires=600
Expires: 600
Allow: INVITE,ACK,CANCEL,BYE,UPDATE,MESSAGE,OPTIONS,REFER,INFO,NOTIFY
Supported: path,gruu,outbound
User-Agent: JsSIP
Content-Length: 0
""")

JSSIP_ANSWER = wire(
    """
SIP/2.0 200 OK
Via: SIP/2.0/WS 127.0.0.1:8088;branch=z9hG4bKa1
To: <sip:5001@127.0.0.1>;tag=4j8c0s2mda
From: "Zoë" <sip:+15550100@127.0.0.1>;tag=c2
Call-ID: c3
CSeq: 1 INVITE
Contact: <sip:g4l1s9tk@qk8v2m0s1f3d.invalid;transport=ws;ob>
Supported: outbound
Content-Type: application/sdp
Content-Length: %LENGTH%
""",
    OFFER,
)

SAMPLES = {
    "SIP Server INVITE without offer": SIP_SERVER_INVITE_WITHOUT_OFFER,
    "SIP Server INVITE with offer": SIP_SERVER_INVITE_WITH_OFFER,
    "SIP Server NOTIFY talk": SIP_SERVER_NOTIFY_TALK,
    "SIP Server ACK with answer": SIP_SERVER_ACK_WITH_ANSWER,
    "SIP Server BYE": SIP_SERVER_BYE,
    "SIP Server 200 to REGISTER": SIP_SERVER_REGISTERED,
    "softphone REGISTER": SOFTPHONE_REGISTER,
    "Asterisk 180": ASTERISK_RINGING,
    "JsSIP REGISTER": JSSIP_REGISTER,
    "JsSIP 200": JSSIP_ANSWER,
}
