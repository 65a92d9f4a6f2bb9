"""Settlement: payments that are proven, and what they discharge."""
