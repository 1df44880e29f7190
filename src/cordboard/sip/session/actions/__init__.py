"""What the cells of a session's table do: functions of the session, the event's argument and the time."""
