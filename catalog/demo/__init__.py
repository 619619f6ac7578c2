"""The demo data as plain records: two real sources, one generated. No Django, no unpickling."""
