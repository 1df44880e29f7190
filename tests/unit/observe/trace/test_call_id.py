"""The Call-ID as peers write it."""

from __future__ import annotations

from cordboard.observe.trace.call_id import call_id_of


def test_compact_and_odd_call_ids() -> None:
    assert call_id_of(b"INVITE a SIP/2.0\r\ni: abc@h\r\n\r\n") == b"abc@h"
    assert call_id_of(b"INVITE a SIP/2.0\ncall-id : abc\nTo: b\n\n") == b"abc"
    assert call_id_of(b"INVITE a SIP/2.0\r\nCall-ID: yes\r\n\r\nCall-ID: no") == b"yes"
    assert call_id_of(b"") == b""


def test_the_usual_one() -> None:
    assert call_id_of(b"BYE sip:a SIP/2.0\r\nVia: x\r\nCall-ID: 17@127.0.0.1\r\n\r\n") == b"17@127.0.0.1"
