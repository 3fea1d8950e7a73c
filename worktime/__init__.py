"""When offices are open: weekly hours. Pure; standard library only."""
