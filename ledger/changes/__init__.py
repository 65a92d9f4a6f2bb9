"""Changes: disputes, and what all concerned alter of an acknowledged debt."""
