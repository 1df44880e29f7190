"""What outlives what: calls their page, calls a gateway that drains, calls a gateway that was killed."""
