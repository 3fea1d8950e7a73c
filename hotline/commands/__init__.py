"""The commands of `hotline`, as a person types them: each room of them one module with a `typer` application."""
