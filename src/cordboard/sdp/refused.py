"""Media lines that an answer refuses: they keep their place with port 0 (RFC 3264 section 6)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from cordboard.sdp.description import Attribute, MediaDescription, SessionDescription


@dataclass(frozen=True, slots=True)
class RefusedMedia:
    """A line of the offer that is not ours to answer: `index` is its place among the offer's media lines."""

    index: int
    kind: str
    protocol: str
    formats: tuple[str, ...]
    mid: str = ""


def others(description: SessionDescription, taken: MediaDescription) -> tuple[RefusedMedia, ...]:
    """All media lines but the one that is taken."""
    return tuple(
        RefusedMedia(index, media.kind, media.protocol, tuple(media.formats), media.get("mid") or "")
        for index, media in enumerate(description.media)
        if media is not taken
    )


def with_refused(
    media: MediaDescription, refused: Iterable[RefusedMedia], placed: tuple[int, MediaDescription] | None = None
) -> list[MediaDescription]:
    """Our media lines: `media`, each refused one at its place, and at its place the line that is taken beside it."""
    lines = {line.index: _refusal(line) for line in refused}
    if placed is not None:
        lines[placed[0]] = placed[1]
    ordered = [media]
    for index, line in sorted(lines.items()):
        ordered.insert(index, line)
    return ordered


def _refusal(line: RefusedMedia) -> MediaDescription:
    attributes = [Attribute("inactive")]
    if line.mid:
        attributes.insert(0, Attribute("mid", line.mid))
    return MediaDescription(line.kind, 0, line.protocol, list(line.formats), "0.0.0.0", attributes)
