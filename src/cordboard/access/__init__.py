"""Who may register a DN: signed, short-lived tokens."""
