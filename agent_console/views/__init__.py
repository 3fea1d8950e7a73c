"""Values of the core as the JSON that pages and integrators see; its shapes are in `agent_console.shapes`."""
