"""Commands of those who run the service."""

import typer

app = typer.Typer()


@app.command()
def settings() -> None:
    """Print every setting, what it means and what holds where nobody sets it, as a Markdown table."""
    from serving.operations.settings_table import settings_table  # noqa: PLC0415

    typer.echo(settings_table(), nl=False)
