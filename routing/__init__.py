"""The call core: what happened comes in, what to do goes out.

Standard library only; no sockets, files, clock or chance.
"""
