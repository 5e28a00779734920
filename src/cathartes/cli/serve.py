"""``cathartes serve``: the workstation, in the browser."""

import webbrowser
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cathartes.cli.casebook_option import DEFAULT_CASEBOOK, CasebookOption
from cathartes.cli.console import JsonFlag, output_console
from cathartes.cli.json_output import write_json
from cathartes.errors import MissingExtraError

if TYPE_CHECKING:
    from cathartes.web.serve import Opened


def serve(
    *,
    host: Annotated[str, typer.Option(help="Where to listen.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="0: any free one.")] = 8321,
    sign_in: Annotated[
        list[str] | None,
        typer.Option(help="Account to make a one-time link for, any number of times."),
    ] = None,
    tls_certificate: Annotated[Path | None, typer.Option(help="PEM file.")] = None,
    tls_key: Annotated[Path | None, typer.Option(help="PEM file.")] = None,
    trusted_proxy: Annotated[
        str, typer.Option(help="Address of the proxy in front that does TLS.")
    ] = "",
    public_host: Annotated[str, typer.Option(help="Name that people call it by.")] = "",
    idle_min: Annotated[
        float, typer.Option(help="Minutes without use after which a session ends.")
    ] = 30.0,
    oidc_issuer: Annotated[
        str, typer.Option(help="Address of an identity provider (OpenID Connect).")
    ] = "",
    oidc_client: Annotated[str, typer.Option(help="Its name for this workstation.")] = "",
    oidc_secret_file: Annotated[
        Path | None,
        typer.Option(help="File with the secret it gave; else CATHARTES_OIDC_SECRET has it."),
    ] = None,
    layers: Annotated[
        Path | None, typer.Option(help="Folder with map layers of your own (PMTiles, GeoTIFF).")
    ] = None,
    open_browser: Annotated[bool, typer.Option("--open", help="Open it in the browser.")] = False,
    casebook: CasebookOption = DEFAULT_CASEBOOK,
    json_output: JsonFlag = False,
) -> None:
    """Open the workstation, where analysts look, judge and agree. Ctrl-C ends it.

    On loopback it shows a one-time link; on any other address it demands accounts, and either TLS
    or a trusted proxy.

    Example: `cathartes serve --casebook casebook --open`
    """
    try:
        from cathartes.web.oidc_settings import oidc_settings  # noqa: PLC0415
        from cathartes.web.serve import serve as serve_casebook  # noqa: PLC0415  # an extra
        from cathartes.web.settings import ServeSettings  # noqa: PLC0415
    except ModuleNotFoundError as error:
        raise MissingExtraError(
            f"the workstation needs the package {error.name}; install it with "
            "`pip install 'cathartes[serve]'`."
        ) from error

    def tell(opened: "Opened") -> None:
        first = opened.links[0][1] if opened.links else opened.address
        if json_output:
            links = [{"user": user, "link": link} for user, link in opened.links]
            write_json({"address": opened.address, "links": links})
        else:
            _say(opened)
        if open_browser:
            webbrowser.open(first)

    settings = ServeSettings(
        host=host,
        port=port,
        tls_certificate=tls_certificate,
        tls_key=tls_key,
        trusted_proxy=trusted_proxy,
        public_host=public_host,
        layers=layers,
        idle_end=timedelta(minutes=idle_min),
        oidc=oidc_settings(oidc_issuer, oidc_client, oidc_secret_file),
    )
    serve_casebook(casebook, settings=settings, sign_in=sign_in or (), on_open=tell)


def _say(opened: "Opened") -> None:
    console = output_console()
    console.print(f"The workstation is open at {opened.address}", soft_wrap=True)
    for user, link in opened.links:
        console.print(f"  {user}, once: {link}", soft_wrap=True, markup=False)
    console.print("Ctrl-C ends it.")
