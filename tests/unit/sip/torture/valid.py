"""RFC 4475 sections 3.1.1, 3.2 and 3.4: messages that are well-formed, however they look."""

from __future__ import annotations

from unit.sip.torture.writing import CALL, DROPPED, REQUEST, SDP, Torture, lines, request, response

SHORT_TORTUOUS = lines(
    "INVITE sip:receiver@chair.example.com;unknownparam SIP/2.0",
    "TO :",
    " sip:receiver@chair.example.com ;   tag    = 1918181833n",
    'from   : "J Sender \\\\\\""       <sip:sender@example.com>',
    "  ;",
    "  tag = 98asjd8",
    "MaX-fOrWaRdS: 0068",
    "Call-ID: short.tortuous@192.0.2.1",
    f"Content-Length   : {len(SDP)}",
    "cseq: 0009",
    "  INVITE",
    "Via  : SIP  /   2.0",
    " /UDP",
    "    192.0.2.2;branch=390skdjuw",
    "s :",
    "BrandNewHeader:   brand-new value",
    " and its second line",
    "UnknownHeaderWithUnusualValue: ;;,,;;,;",
    "Content-Type: application/sdp",
    "Route:",
    " <sip:services.example.com;lr;unknownwith=value;unknown-no-value>",
    "v:  SIP  / 2.0  / TCP     spindle.example.com   ;",
    "  branch  =   z9hG4bK9ikj8  ,",
    " SIP  /    2.0   / UDP  192.0.2.111   ; branch=",
    " z9hG4bK30239",
    'm:"Quoted string \\"\\"" <sip:sender@example.com> ; newparam =',
    "      newvalue ;",
    "  secondparam ; q = 0.33",
    body=SDP,
)

TOKEN = "!interesting-Method0123456789_*+`.%indeed'~"
STRANGE_USER = "1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*"

WIDE_RANGE = request(
    f"{TOKEN} sip:{STRANGE_USER}:&it+has=1,weird!*pas$wo~d_too.(doesn't-it)@example.com SIP/2.0",
    "extensionHeader-!.%*+_`'~: \ufeff\u5927\u505c\u96fb",
    cseq=f"139122385 {TOKEN}",
    Via="SIP/2.0/UDP host1.example.com;branch=z9hG4bK-.!%66*_+`'~",
    To=f'"BEL:\\\x07 NUL:\\\x00 DEL:\\\x7f" <sip:{STRANGE_USER}@example.com>',
    From="token1~` token2'+_ token3*%!.- <sip:mundane@example.com>;fromParam''~+*_!.-%=\"\u0440\u0430\u0431\""
    ";tag=_token~1'+`*%!-.",
    Call_ID="intmeth.word%ZK-!.*_+'@word`~)(><:\\/\"][?}{",
)

LONG_TOKEN = "long" * 30

LONG_VALUES = request(
    f"INVITE sip:user@example.com;unknownparam={LONG_TOKEN} SIP/2.0",
    f"{'Long' * 20}-Header: {'value ' * 60}",
    f"Contact: <sip:{'amazinglylongcallername' * 5}@host5.example.net>",
    sdp=True,
    To=f'"I have a name of {"extreme" * 20}" <sip:user@example.com:6000;unknownparam1={LONG_TOKEN}>;p={LONG_TOKEN}',
    From=f"sip:{'amazinglylongcallername' * 5}@example.net;tag=12{LONG_TOKEN};unknownheaderparam={LONG_TOKEN};x",
    Call_ID=f"longreq.one{'really' * 20}longcallid",
    CSeq="3882340 INVITE",
    Via=", ".join(f"SIP/2.0/TCP sip{hop}.example.com;branch=z9hG4bK{LONG_TOKEN}{hop}" for hop in range(34)),
)

BINARY = bytes(range(256)) + b"\r\n--7a9cbec02ceef655\r\n\r\n\n\n" + bytes(reversed(range(256)))
MULTIPART = b"\r\n".join(
    [
        b"--7a9cbec02ceef655",
        b"Content-Type: text/plain",
        b"Content-Transfer-Encoding: binary",
        b"",
        b"Hello",
        b"--7a9cbec02ceef655",
        b"Content-Type: application/octet-stream",
        b"Content-Transfer-Encoding: binary",
        b"",
        BINARY,
        b"--7a9cbec02ceef655--",
        b"",
    ]
)

VALID = (
    Torture("3.1.1.1", "wsinv", SHORT_TORTUOUS, 481, "well-formed, but its To has a tag of no dialog of ours (12.2.2)"),
    Torture("3.1.1.2", "intmeth", WIDE_RANGE, 405, "well-formed; the method is none of ours (8.2.1)"),
    Torture(
        "3.1.1.3",
        "esc01",
        request(
            "INVITE sip:sips%3Auser%40example.com@example.net SIP/2.0",
            "Contact:",
            "  <sip:cal%6Cer@host5.example.net;%6C%72;n%61me=v%61lue%25%34%31>",
            sdp=True,
            To="sip:%75se%72@example.com",
            From="<sip:I%20have%20spaces@example.net>;tag=938",
        ),
        CALL,
        "escapes are undone in the user only, once",
    ),
    Torture(
        "3.1.1.4",
        "escnull",
        request(
            "REGISTER sip:example.com SIP/2.0",
            "Contact: <sip:%00@host5.example.com>",
            "Contact: <sip:%00%00@host5.example.com>",
            To="sip:null-%00-null@example.com",
            From="sip:null-%00-null@example.com;tag=839923423",
        ),
        REQUEST,
        "an escaped NUL is a character like others; the two contacts differ",
        registrar=200,
    ),
    Torture(
        "3.1.1.5",
        "esc02",
        request(
            "RE%47IST%45R sip:registrar.example.com SIP/2.0",
            "Contact: <sip:alias1@host1.example.com>",
            To='"%Z%45" <sip:resource@example.com>',
            From='"%Z%45" <sip:resource@example.com>;tag=f232jadfj23',
        ),
        405,
        "a percent sign in a method is no escape: it is another method than REGISTER",
    ),
    Torture(
        "3.1.1.6",
        "lwsdisp",
        request("OPTIONS sip:user@example.com SIP/2.0", From="caller<sip:caller@example.com>;tag=323"),
        REQUEST,
        "no space between display name and bracket",
    ),
    Torture("3.1.1.7", "longreq", LONG_VALUES, CALL, "34 hops and long values"),
    Torture(
        "3.1.1.8",
        "dblreq",
        request("REGISTER sip:example.com SIP/2.0", "Contact: sip:j.user@host.example.com", To="sip:j.user@example.com")
        + request("INVITE sip:joe@example.com SIP/2.0", sdp=True),
        REQUEST,
        "what follows a message in its datagram is dropped (18.3)",
        registrar=200,
    ),
    Torture(
        "3.1.1.9",
        "semiuri",
        request("OPTIONS sip:user;par=u%40example.net@example.com SIP/2.0"),
        REQUEST,
        "the semicolon belongs to the user",
    ),
    Torture(
        "3.1.1.10",
        "transports",
        request(
            "OPTIONS sip:user@example.com SIP/2.0",
            *(
                f"Via: SIP/2.0/{name} t{hop}.example.com;branch=z9hG4bKkdjuw"
                for hop, name in enumerate(["SCTP", "TLS", "UNKNOWN", "TCP"])
            ),
        ),
        REQUEST,
        "hops of every transport, known or not",
    ),
    Torture(
        "3.1.1.11",
        "mpart01",
        request(
            "MESSAGE sip:kumiko@example.org SIP/2.0",
            "Content-Type: multipart/mixed;boundary=7a9cbec02ceef655",
            body=MULTIPART,
            Via="SIP/2.0/UDP 127.0.0.1:5070;branch=z9hG4bK-d87543-4dade06d0bdb11ee-1--d87543-;rport",
        ),
        REQUEST,
        "the body is octets, boundaries and line ends included",
    ),
    Torture(
        "3.1.1.12",
        "unreason",
        response("SIP/2.0 200 = 2**3 * 5**2 \u043d\u043e \u0441\u0442\u043e"),
        DROPPED,
        "well-formed; answers no request of ours (18.1.2)",
    ),
    Torture(
        "3.1.1.13", "noreason", response("SIP/2.0 100 "), DROPPED, "well-formed; answers no request of ours (18.1.2)"
    ),
    Torture(
        "3.2.1",
        "badbranch",
        request("OPTIONS sip:user@example.com SIP/2.0", Via="SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK"),
        REQUEST,
        "the cookie alone names nothing: matched as RFC 2543 did",
    ),
    Torture(
        "3.4.1",
        "inv2543",
        request(
            "INVITE sip:UserB@example.com SIP/2.0",
            "Record-Route: <sip:UserB@example.com;maddr=ss1.example.com>",
            sdp=True,
            without=("Max-Forwards",),
            Via="SIP/2.0/UDP iftgw.example.com",
            From="<sip:+13035551111@ift.client.example.net;user=phone>",
            To="sip:+16505552222@ss1.example.net;user=phone",
        ),
        CALL,
        "no branch, no From tag, no Max-Forwards: as of 1999",
    ),
)
