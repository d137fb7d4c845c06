"""What the command line lets a user say about the audit store and about who acts."""

from typing import Annotated

import typer

Database = Annotated[
    str | None, typer.Option(help="sqlite:///FILE or postgresql://…; else LEDGERPRINT_DATABASE.")
]
Tenant = Annotated[str, typer.Option(help="Whose.")]
Key = Annotated[
    str | None,
    typer.Option(
        envvar="LEDGERPRINT_KEY",
        show_envvar=True,
        help="API key of whoever acts, for its tenant; else the command line itself acts.",
    ),
]
