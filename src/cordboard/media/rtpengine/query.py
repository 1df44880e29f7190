"""How to read a daemon's answer to `query` (rtpengine 10.5, "query Message")."""

from __future__ import annotations

from typing import Any

from cordboard.media.rtpengine.descriptions import NOWHERE

TRUNK = "trunk"
VERIFIED = "DTLS fingerprint verified"


def streams_of(found: dict[str, Any], tag: str) -> list[dict[str, Any]]:
    """The RTP and RTCP streams of one side."""
    medias = found.get("tags", {}).get(tag, {}).get("medias") or []
    streams: list[dict[str, Any]] = medias[0].get("streams", []) if medias else []
    return streams


def rtp_of(found: dict[str, Any], tag: str) -> dict[str, Any]:
    """The RTP stream of one side; empty when there is none."""
    return next(iter(streams_of(found, tag)), {})


def is_verified(found: dict[str, Any], tag: str) -> bool:
    """DTLS is done, and the certificate has the fingerprint that the page's description tells."""
    return VERIFIED in rtp_of(found, tag).get("flags", ())


def is_secured(found: dict[str, Any], tag: str) -> bool:
    """DTLS is done, with whomever."""
    return bool(rtp_of(found, tag).get("crypto suite"))


def is_nominated(found: dict[str, Any], tag: str) -> bool:
    """ICE has found the page."""
    endpoint = rtp_of(found, tag).get("endpoint") or {}
    return bool(endpoint) and (endpoint.get("address"), endpoint.get("port")) != NOWHERE


def packets_of(found: dict[str, Any], tag: str) -> int:
    """All that one side has sent, RTCP included."""
    return sum(int(stream.get("stats", {}).get("packets", 0)) for stream in streams_of(found, tag))


def has_reported(found: dict[str, Any], tag: str) -> bool:
    """One side, which does not mux RTCP with RTP, has sent RTCP."""
    counted = [stream.get("stats", {}) for stream in streams_of(found, tag)[1:]]
    return any(int(each.get("packets", 0)) > int(each.get("errors", 0)) for each in counted)


def reported(found: dict[str, Any], stream: dict[str, Any]) -> dict[str, float]:
    """What RTCP says of the stream: `lost` packets, `fraction` of them, `jitter` and `round_trip` in seconds."""
    known = found.get("SSRC", {}).get(str(stream.get("SSRC", "")))
    if not known:
        return {}
    average = known.get("average MOS", {})
    return {
        "lost": float(known.get("cumulative loss", 0)),
        "fraction": average.get("packet loss", 0) / 100,
        "jitter": average.get("jitter", 0) / 1000,
        "round_trip": average.get("round-trip time leg", 0) / 1_000_000,
    }
