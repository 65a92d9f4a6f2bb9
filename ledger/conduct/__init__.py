"""Conduct: who may begin something new: suspension, licences, screening, insolvency."""
