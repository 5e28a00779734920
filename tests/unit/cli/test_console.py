"""Tables show what others wrote, and do nothing that it asks for."""

import io

from rich.console import Console
from rich.table import Table

from cathartes.cli.console import add_plain_row


def test_a_terminal_gets_no_commands_from_what_others_wrote() -> None:
    table = Table()
    add_plain_row(table, "evil\x1b[31m \u202etxt.exe [bold]ñ")
    out = io.StringIO()
    Console(file=out, width=80, force_terminal=False).print(table)
    assert "\x1b" not in out.getvalue()
    assert "\u202e" not in out.getvalue()
    assert r"evil\u001b[31m \u202etxt.exe [bold]ñ" in out.getvalue()
