"""Witnessing from the log's side: heads go out, cosignatures come in, and writes never wait."""
