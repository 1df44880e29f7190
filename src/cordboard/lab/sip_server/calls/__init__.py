"""One call of the SIP Server look-alike: its sides, its flow, its media and what CTI may ask of it."""
