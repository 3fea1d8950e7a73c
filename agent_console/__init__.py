"""EDGE, the people: the HTTP API, the live socket and the pages of those who answer."""
