"""Policy: the rules number, caps, clocks, currencies, identifier rules and calendar in force."""
