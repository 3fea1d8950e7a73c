"""What callers hear: prompts as data, their recordings, the music on hold, and the tools which make and check them."""
