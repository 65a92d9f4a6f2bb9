"""The verbs of the command line, a module each: `run` is the verb."""
