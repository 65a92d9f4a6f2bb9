"""Every kind of command, described from its class: in words, as a template, as a JSON Schema."""
