"""A SIP Server in trouble: how it misbehaves when told to, and what is known of it when it is gone."""

from cordboard.lab.sip_server.faults.misbehaviour import Faults, Misbehaviour

__all__ = ["Faults", "Misbehaviour"]
