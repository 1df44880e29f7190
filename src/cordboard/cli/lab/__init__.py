"""`cordboard lab`: everything on this machine, and what can be added to it while it runs."""

from cordboard.cli.lab.command import Lab, gws_settings, lab, ready_text, start_lab, telephone_settings

__all__ = ["Lab", "gws_settings", "lab", "ready_text", "start_lab", "telephone_settings"]
