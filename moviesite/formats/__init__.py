"""How dates are written, beside what Django knows of each language."""
