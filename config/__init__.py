"""Settings, Asterisk's configuration as templates, and the demo city as readable files."""
