"""The web server beside the phone: pages, sign-in through GWS, the way to GWS, tokens."""

from cordboard.desk.application import create_desk

__all__ = ["create_desk"]
