"""The log's key in a process of its own, which never signs two heads that contradict each other."""
