"""The status codes of GWS's answers and the HTTP statuses they come with (reference: GWS API 1.5)."""

from __future__ import annotations

from enum import IntEnum
from typing import Any

Resource = dict[str, Any]


class StatusCode(IntEnum):
    """`statusCode` of every answer; clients take 0 and 7 as success."""

    OK = 0
    PARAMETER_MISSING = 1
    PARAMETER_INVALID = 2  # also: not possible in this state
    FORBIDDEN = 3
    INTERNAL_ERROR = 4
    NO_PERMISSION = 5
    NOT_FOUND = 6
    PARTLY_DONE = 7
    MUST_CHANGE_PASSWORD = 8
    NOT_COMPLETE = 9
    VALIDATION = 10
    READ_ONLY = 11
    RETRIEVE_FAILED = 12
    CREATE_FAILED = 13
    DELETE_FAILED = 14
    UPDATE_FAILED = 15
    ASSIGN_FAILED = 16
    UNASSIGN_FAILED = 17
    ALREADY_EXISTS = 18
    IN_USE = 19
    NOT_AUTHENTICATED = 20


# 0, 4, 7 and 20 were seen on the wire, the others are the natural ones.
HTTP_STATUS: dict[StatusCode, int] = {
    StatusCode.OK: 200,
    StatusCode.PARTLY_DONE: 200,
    StatusCode.PARAMETER_MISSING: 400,
    StatusCode.PARAMETER_INVALID: 400,
    StatusCode.VALIDATION: 400,
    StatusCode.FORBIDDEN: 403,
    StatusCode.NO_PERMISSION: 403,
    StatusCode.MUST_CHANGE_PASSWORD: 403,
    StatusCode.NOT_AUTHENTICATED: 403,
    StatusCode.NOT_FOUND: 404,
    StatusCode.ALREADY_EXISTS: 409,
    StatusCode.IN_USE: 409,
}

SUCCESS = frozenset({StatusCode.OK, StatusCode.PARTLY_DONE})

ACCESS_DENIED = "Access denied"
VOICE_UNAVAILABLE = "Voice service is not available at this time"


def not_registered(phone_number: str) -> str:
    """The message of 500+4 when a state is asked for while the DN's phone is not registered."""
    return f"Device '{phone_number}' is not registered."


def http_status(code: StatusCode) -> int:
    return HTTP_STATUS.get(code, 500)


def success(**payload: Any) -> Resource:
    return {"statusCode": int(StatusCode.OK), **payload}


def failure(code: StatusCode, message: str) -> Resource:
    return {"statusCode": int(code), "statusMessage": message}


def partly_done(failed: dict[str, tuple[StatusCode, str]], succeeded: list[str]) -> Resource:
    """Code 7: which channels failed, with code and message, and which succeeded."""
    return {
        "statusCode": int(StatusCode.PARTLY_DONE),
        "failed": [{**failure(code, message), "channel": channel} for channel, (code, message) in failed.items()],
        "succeeded": [{"statusCode": int(StatusCode.OK), "channel": channel} for channel in succeeded],
    }
