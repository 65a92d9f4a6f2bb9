"""Receivables: invoices, acknowledgement, holdings and their transfer."""
