"""Cordboard: a phone in the browser for contact-centre agents, driven by Genesys."""

__version__ = "0.1.0"
