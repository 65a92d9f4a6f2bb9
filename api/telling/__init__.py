"""Telling parties what they asked to be told: an outbox on disk, and whoever carries it out."""
