"""The store: entries and records in SQL, the one writer, the head store."""
