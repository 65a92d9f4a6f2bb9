"""Parties: who may sign what since when, with which keys and how many people."""
