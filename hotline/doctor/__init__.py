"""Looks at everything that the hotline needs, and names each fault with its cure."""
