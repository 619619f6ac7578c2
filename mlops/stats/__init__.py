"""Numbers that judge and watch models. No framework, no domain."""
