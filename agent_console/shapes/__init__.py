"""The shapes of what pages and integrators see, as JSON. `agent_console.views` fills them, file by file."""
