"""The TLS front: Debian's Caddy before the application and Asterisk's websocket, one address and one certificate."""
