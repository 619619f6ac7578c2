"""Bringing films along: a file is sent, read by a worker, looked at, carried out, and can be taken back."""
