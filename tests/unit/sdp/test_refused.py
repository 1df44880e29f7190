from __future__ import annotations

from cordboard.sdp.description import MediaDescription, parse
from cordboard.sdp.refused import RefusedMedia, others, with_refused

HEAD = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\n"


def test_refused_lines_keep_place_protocol_and_formats() -> None:
    description = parse(HEAD + "m=video 9 RTP/AVP 96 97\r\na=mid:v\r\nm=audio 8 RTP/AVP 0\r\nm=image 7 udptl t38\r\n")
    refused = others(description, description.media[1])
    assert refused == (
        RefusedMedia(0, "video", "RTP/AVP", ("96", "97"), "v"),
        RefusedMedia(2, "image", "udptl", ("t38",)),
    )
    ours = MediaDescription("audio", 10, "RTP/AVP", ["0"])
    lines = with_refused(ours, reversed(refused))
    assert [(one.kind, one.port, one.formats) for one in lines] == [
        ("video", 0, ["96", "97"]),
        ("audio", 10, ["0"]),
        ("image", 0, ["t38"]),
    ]
    assert lines[0].get("mid") == "v"
    assert lines[2].get("mid") is None
