"""What the desk says when it cannot do what was asked: JSON with a sentence for people and a word for programs."""

from __future__ import annotations

from aiohttp import web


class Refusal(Exception):
    """Becomes a response with `status` and `{"error": why, "code": code}`."""

    def __init__(self, status: int, code: str, why: str) -> None:
        super().__init__(why)
        self.status = status
        self.code = code
        self.why = why


def refusal(status: int, code: str, why: str) -> web.Response:
    """The response that tells of a refusal."""
    return web.json_response({"error": why, "code": code}, status=status)
