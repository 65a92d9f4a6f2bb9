"""Notices: who was told of an assignment, what the registry shows, and who comes first."""
