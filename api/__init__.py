"""The doors: HTTP, command line, demo. Here alone are the clock, settings and randomness."""
