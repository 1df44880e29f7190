"""What a media call and its two sides describe to each other: offers, answers, codecs. Nothing here touches a wire."""
