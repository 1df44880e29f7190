"""Identifiers on the wire (SIP Server reference 1.5)."""

from __future__ import annotations

from cordboard.lab.sip_server.identifiers import GenesysIdentifiers
from cordboard.sip.identifiers import Identifiers


def test_each_kind_has_a_guid_and_a_counter() -> None:
    guids = iter(["GUID-A", "GUID-B", "GUID-C"])
    identifiers: Identifiers = GenesysIdentifiers("127.0.0.81", lambda: next(guids))
    assert [identifiers.branch(), identifiers.branch()] == ["z9hG4bKGUID-A-1", "z9hG4bKGUID-A-2"]
    assert identifiers.tag() == "GUID-B-1"
    assert identifiers.call_id() == "GUID-C-1@127.0.0.81"
    assert identifiers.session() != identifiers.session()
    assert identifiers.transaction() != identifiers.transaction()
