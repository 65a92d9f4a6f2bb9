"""Readers of e-invoices: bytes in, one `InvoiceDocument` value out, or a refusal."""
