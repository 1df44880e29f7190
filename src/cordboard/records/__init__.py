"""What is written down of each call that has ended, and how good it sounded."""

from cordboard.records.port import CallRecord, NoRecords, Records

__all__ = ["CallRecord", "NoRecords", "Records"]
