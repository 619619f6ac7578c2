"""How good a list or a prediction was, person by person. No framework; each file one family."""
