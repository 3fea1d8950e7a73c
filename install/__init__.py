"""Brings what the hotline needs onto a Debian machine. `install/bootstrap` is the door; the Makefile calls it."""
