"""More than two parties, more than one call of a DN: dialogs, mixes and third parties, as the flows need them."""
