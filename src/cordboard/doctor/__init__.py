"""The doctor: finds what is wrong at a site and says how to mend it."""

from cordboard.doctor.finding import Finding, State
from cordboard.doctor.running import run

__all__ = ["Finding", "State", "run"]
