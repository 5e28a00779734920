"""A text as a picture that a phone reads."""

import segno


def qr_picture(text: str) -> str:
    """Return a QR code as a ``data:`` address of an SVG: black on white, in the dark too."""
    code = segno.make(text, error="m", micro=False)
    return str(code.svg_data_uri(scale=4, border=4, dark="#000", light="#fff"))
