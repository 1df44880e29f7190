"""The settings by section of the file: one dataclass per section, one field per setting."""
