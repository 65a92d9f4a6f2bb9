"""Recourse against who sold the debt, default, recovery from others, write-off."""
