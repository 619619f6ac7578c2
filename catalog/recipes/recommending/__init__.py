"""What workers alone do for the recommender: measure it, and say what it would change for people."""
