"""Quotas: how much an obligor may owe at a time, set by itself or by the parent of its group."""
