"""Financing: programmes, requests, standing offers, locks, disbursement and title."""
