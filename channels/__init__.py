"""The ways to a citizen beside the telephone: so far texts, through a provider."""
