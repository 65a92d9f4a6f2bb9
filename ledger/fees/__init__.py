"""Fees: what a platform or financier charges under the published schedule, and nothing besides."""
