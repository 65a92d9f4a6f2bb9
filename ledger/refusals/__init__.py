"""Refusals: the closed list of codes, and by area what to do about each."""
