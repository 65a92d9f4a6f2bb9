"""`duebill witness`: a witness in a folder, and its HTTP interface."""
