"""A day of calls through the real desk, with a clock of our own; and what the planners' formulas say of it."""
