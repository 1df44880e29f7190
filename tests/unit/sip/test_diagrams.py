"""The diagrams in docs/sip.md are those of the tables."""

from __future__ import annotations

from kit.diagrams import BLOCK, DOCUMENT, MACHINES, mermaid, redrawn


def test_document_shows_the_tables_as_they_are() -> None:
    text = DOCUMENT.read_text()
    assert text == redrawn(text), "docs/sip.md is out of date: run `python -m kit.diagrams` in tests"


def test_document_shows_every_machine() -> None:
    assert [block[1] for block in BLOCK.findall(DOCUMENT.read_text())] == list(MACHINES)


def test_arrows() -> None:
    drawn = mermaid(*MACHINES["non_invite_client"])
    assert "    [*] --> Trying" in drawn
    assert "    Trying --> Terminated: timer F | transport error" in drawn
    assert "Trying --> Trying" not in drawn
