"""Tables on a terminal."""

from rich import box
from rich.console import Console
from rich.table import Table


def start_table(title: str, *headers: str) -> Table:
    """Start a table; a header that begins with ">" stands over figures."""
    table = Table(
        title=title,
        title_justify="left",
        title_style="bold",
        box=box.SIMPLE_HEAD,
        show_edge=False,
        pad_edge=False,
    )
    for header in headers:
        figures = header.startswith(">")
        table.add_column(
            header.removeprefix(">"),
            justify="right" if figures else "left",
            no_wrap=figures,
            overflow="ellipsis" if figures else "fold",
        )
    return table


def print_table(table: Table, console: Console) -> None:
    """Print a table and a blank line after it."""
    console.print(table)
    console.print()
