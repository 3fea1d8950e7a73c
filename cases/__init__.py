"""The case core: what a citizen asked for, and what became of it. Pure; imports nothing of ours."""
