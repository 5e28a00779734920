"""The option that names a casebook, the same for every command."""

from typing import Annotated

import typer

DEFAULT_CASEBOOK = "casebook"
"""Folder that is the casebook where none is named."""

CasebookOption = Annotated[
    str,
    typer.Option(
        "--casebook",
        envvar="CATHARTES_CASEBOOK",
        help="The casebook: a folder, or postgresql://user@host/database.",
    ),
]
"""Type of every command's ``casebook`` parameter; its default is `DEFAULT_CASEBOOK`."""
