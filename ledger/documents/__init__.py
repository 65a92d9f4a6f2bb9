"""Documents: readers of e-invoices, bytes in and one `InvoiceDocument` value out."""
