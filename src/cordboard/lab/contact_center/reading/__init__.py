"""The contact centre's file: from TOML to `ContactCenter`, or to a list of all that is wrong with it."""

from cordboard.lab.contact_center.reading.document import built_in, load, parse
from cordboard.lab.contact_center.reading.fields import WrongFile

__all__ = ["WrongFile", "built_in", "load", "parse"]
