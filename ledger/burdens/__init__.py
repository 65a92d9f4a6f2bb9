"""Burdens: security that a holder gives on its holding, and freezes that a court orders."""
