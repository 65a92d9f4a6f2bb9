"""Measuring: a workload as real as it gets, and figures beside the machine's own limits."""
