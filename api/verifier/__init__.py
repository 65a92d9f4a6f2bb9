"""The single-file verifier, as each export carries it. Nothing of ours imports it."""
