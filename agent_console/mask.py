"""Numbers of citizens in logs."""


def masked(number: str) -> str:
    """139****0001: enough to find a call again, too little to ring somebody up."""
    return f"{number[:3]}****{number[-4:]}" if len(number) >= 8 else "****"
