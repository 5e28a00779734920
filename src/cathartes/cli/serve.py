"""``cathartes serve``: the workstation, in the browser."""

import gc
import webbrowser
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cathartes.cli.casebook_option import DEFAULT_CASEBOOK, CasebookOption
from cathartes.cli.console import JsonFlag, output_console
from cathartes.cli.json_output import write_json_line
from cathartes.cli.release_send import MailFromOption, OutboxOption
from cathartes.errors import MissingExtraError
from cathartes.pipeline.delivery import DeliverySettings
from cathartes.web.oidc_settings import oidc_settings

if TYPE_CHECKING:
    from cathartes.web.serve import Opened

_DELIVERY = DeliverySettings()


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
    keys: Annotated[
        Path | None,
        typer.Option(help="Folder that holds the keys, to send releases from their pages."),
    ] = None,
    outbox: OutboxOption = _DELIVERY.outbox,
    mail_from: MailFromOption = _DELIVERY.mail_from,
    partner_tls: Annotated[
        Path,
        typer.Option(
            envvar="CATHARTES_TLS", help="Folder with certificates, one folder a partner."
        ),
    ] = _DELIVERY.tls,
    open_browser: Annotated[bool, typer.Option("--open", help="Open it in the browser.")] = False,
    casebook: CasebookOption = DEFAULT_CASEBOOK,
    json_output: JsonFlag = False,
) -> None:
    """Open the workstation, where analysts look, judge and agree. Ctrl-C ends it.

    On loopback it shows a one-time link; on any other address it demands accounts, and either TLS
    or a trusted proxy.

    Example: `cathartes serve --casebook casebook --open`
    """
    open_workstation(
        casebook,
        host=host,
        port=port,
        sign_in=sign_in or (),
        open_browser=open_browser,
        json_output=json_output,
        tls_certificate=tls_certificate,
        tls_key=tls_key,
        trusted_proxy=trusted_proxy,
        public_host=public_host,
        idle_end=timedelta(minutes=idle_min),
        layers=layers,
        keys=keys,
        delivery=DeliverySettings(outbox, mail_from, partner_tls),
        oidc=oidc_settings(oidc_issuer, oidc_client, oidc_secret_file),
    )


def open_workstation(
    casebook: str,
    *,
    sign_in: Sequence[str],
    open_browser: bool,
    json_output: bool,
    **settings: Any,
) -> None:
    """Serve a casebook's workstation until Ctrl-C, and say where it is and who may sign in.

    Parameters
    ----------
    casebook
    sign_in
        Accounts for whom one-time links are made.
    open_browser, json_output
        As the command's options.
    **settings
        Of `cathartes.web.settings.ServeSettings`.

    Raises
    ------
    MissingExtraError
        If the extra ``serve`` is not installed.
    """
    try:
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
            write_json_line({"address": opened.address, "links": links})
        else:
            _say(opened)
        if open_browser:
            webbrowser.open(first)

    told = ServeSettings(**settings)
    gc.freeze()  # what there is by now stays to the end: it is not searched again, even at Ctrl-C
    serve_casebook(casebook, settings=told, sign_in=sign_in, on_open=tell)


def _say(opened: "Opened") -> None:
    console = output_console()
    console.print(f"The workstation is open at {opened.address}", soft_wrap=True)
    for user, link in opened.links:
        console.print(f"  {user}, once: {link}", soft_wrap=True, markup=False)
    console.print("Ctrl-C ends it.")
