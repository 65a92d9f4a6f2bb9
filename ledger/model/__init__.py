"""The shapes every domain module shares: fields and their classes, records, events, the reader."""
