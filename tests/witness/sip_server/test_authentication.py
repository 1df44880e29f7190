"""SIPp as SIP Server challenges the gateway and verifies what it answers."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pytest

from cordboard.sip.message import Request
from kit.phone import until
from witness.sip_server.scene import AGENT, DN, scene

CHALLENGE = 'Digest realm="genesys",nonce="0a4f113b",algorithm=MD5,qop="auth"'


SECRET = "sip-server-secret"


CHALLENGED = f"""
    call REGISTER
    <- REGISTER
    -> 401 + WWW-Authenticate: {CHALLENGE}
    <- REGISTER
    password {DN} {{secret}}
    -> 200
    call INVITE
    <- INVITE
    -> {{status}} + {{header}}: {CHALLENGE}
    <- ACK
    <- INVITE{{answer}}
    {{check}}
    -> 180
    -> 200 | echo
    <- ACK
    <- BYE
    -> 200
"""


async def test_challenges_of_sip_server(tmp_path: Path) -> None:
    """SIPp itself computes what the digests must be."""
    how = {"status": 401, "header": "WWW-Authenticate", "answer": "", "check": f"password {DN} {SECRET}"}
    async with scene(CHALLENGED.format(secret=SECRET, **how), tmp_path, calls=2, password=SECRET) as it:
        assert await until(lambda: "> 2 200 REGISTER" in it.server.lines())
        call = it.page.dial("+15550177")
        await call.hears(AGENT)
        it.page.hang_up(call)
        await it.ended()


async def test_challenge_of_a_proxy(tmp_path: Path) -> None:
    """SIPp does not verify Proxy-Authorization, so the test does (RFC 7616 section 3.4.1)."""
    answer = ' + Proxy-Authorization: username="5001"'
    how = {"status": 407, "header": "Proxy-Authenticate", "answer": answer, "check": ""}
    async with scene(CHALLENGED.format(secret=SECRET, **how), tmp_path, calls=2, password=SECRET) as it:
        assert await until(lambda: "> 2 200 REGISTER" in it.server.lines())
        call = it.page.dial("+15550177")
        await call.hears(AGENT)
        invite = await it.server.message("< 2 INVITE")
        assert isinstance(invite, Request)
        given = dict(re.findall(r'(\w+)="?([^",]*)"?', invite.headers.get("Proxy-Authorization") or ""))
        secret, request = md5(f"{DN}:genesys:{SECRET}"), md5(f"INVITE:{given['uri']}")
        words = (secret, "0a4f113b", given["nc"], given["cnonce"], "auth", request)
        assert given["response"] == md5(":".join(words))
        it.page.hang_up(call)
        await it.ended()


async def test_wrong_password_fails_the_scenario(tmp_path: Path) -> None:
    """SIPp does judge."""
    how = {"status": 401, "header": "WWW-Authenticate", "answer": "", "check": ""}
    async with scene(CHALLENGED.format(secret=SECRET, **how), tmp_path, calls=1, password="wrong") as it:
        with pytest.raises(AssertionError, match="SIPp ended with 1"):
            await it.server.ended()
        assert "> 2 200 REGISTER" not in it.server.lines()


def md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
