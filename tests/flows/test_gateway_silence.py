"""Nobody says a word for hours: no call ends by it, in virtual time."""

from __future__ import annotations

import pytest

from cordboard.call.media import Verb
from kit.gateway_stack import GatewayStack
from kit.ladder import Ladder

CONNECTED = """
    trunk -> INVITE sip:5001@127.0.0.9:5060 | server offer
    trunk <- 100
    page  <- INVITE
    page  -> 200 | page answer
    page  <- ACK
    trunk <- 200
    trunk -> ACK
"""
ON_HOLD = """
    trunk -> INVITE sip:5001@127.0.0.9:5060 | server hold
    trunk <- 200 INVITE
    trunk -> ACK
"""


@pytest.mark.parametrize("before", ["", ON_HOLD], ids=["talking", "on hold"])
def test_ten_hours_of_silence_end_no_call(ladder: Ladder, gateway: GatewayStack, before: str) -> None:
    """The engine has nothing to tell, and the gateway has no clock of its own for it."""
    ladder(CONNECTED + before)
    asked = len(gateway.engine.verbs)
    ladder("""
        after 36000 s
        trunk -> BYE
        trunk <- 200 BYE
        page  <- BYE
        page  -> 200 BYE
        after 64 s
    """)
    assert gateway.idle
    assert gateway.engine.verbs[asked:] == [Verb.CLOSE]
    assert [end.answered for end in gateway.ended] == [True]
