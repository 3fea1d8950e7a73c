"""EDGE, the disk: tables, migrations, and what the rest reads and writes there."""
