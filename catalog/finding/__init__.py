"""What a search means, and how near a title is to it: text and whole numbers alone, so that every database agrees."""
