"""The INVITE usage of RFC 5057: one INVITE, the dialogs it makes, and all that is said in them until the BYE."""
