"""The address of a list's next page."""

from urllib.parse import urlencode

from fastapi import Request


def next_page(request: Request, after: str | None) -> str:
    """Return the address of the page after this one, with its filters; "" if it is the last."""
    if after is None:
        return ""
    kept = [(key, value) for key, value in request.query_params.multi_items() if key != "after"]
    return f"{request.url.path}?{urlencode([*kept, ('after', after)])}"
