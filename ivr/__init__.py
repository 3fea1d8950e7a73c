"""The menus: what a citizen hears and may press before he waits for a person. Data and a pure engine."""
