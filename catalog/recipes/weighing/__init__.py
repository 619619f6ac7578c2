"""What workers alone do for the weighted rating: hold it against its definition, and say what a version would move."""
