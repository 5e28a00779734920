"""PDFs that act are refused however they hide it; those that only show something are taken."""

import base64
import io
import zlib

import matplotlib as mpl
import pytest
from matplotlib.figure import Figure

from cathartes.errors import PackageError
from cathartes.sealing.pdf_actions import MOST_INFLATED_BYTES, check_only_shows


def pdf(*parts: bytes) -> bytes:
    return b"%PDF-1.7\n" + b"\n".join(parts) + b"\ntrailer << /Root 1 0 R >>\n%%EOF\n"


def stream(about: bytes, content: bytes) -> bytes:
    return b"7 0 obj << " + about + b" >> stream\n" + content + b"\nendstream endobj"


CATALOG = b"1 0 obj << /Type /Catalog /Pages 2 0 R >> endobj"
SCRIPT = b"<< /S /JavaScript /JS (app.alert\\(1\\)) >>"
FLATE = b"/Filter /FlateDecode"


def objects(content: bytes, about: bytes = b"/Type /ObjStm /N 1 /First 4 " + FLATE) -> bytes:
    return stream(about, zlib.compress(b"9 0 " + content))


def columns(content: bytes) -> bytes:
    """Return rows of 5 bytes as the PNG predictor has them: a byte before each."""
    rows = [content[at : at + 5].ljust(5) for at in range(0, len(content), 5)]
    return b"".join(b"\0" + row for row in rows)


HIDDEN = {
    "open": b"3 0 obj " + SCRIPT + b" endobj",
    "escaped": b"3 0 obj << /S /J#61va#53cript >> endobj",
    "escaped everywhere": b"<< /S /" + b"".join(b"#%02x" % one for one in b"JavaScript") + b" >>",
    "at the end of a line": b"<< /S\n/JavaScript\r",
    "when it is opened": b"<< /Type /Catalog /OpenAction 5 0 R >>",
    "when it is opened, at once": b"<< /OpenAction << /S /URI /URI (http://x.example) >> >>",
    "when a page is": b"<< /Type /Page /AA << /O << /S /URI /URI (http://x.example) >> >> >>",
    "a program": b"<< /S /Launch /F (cmd.exe) >>",
    "a file within": b"<< /Type /EmbeddedFile >>",
    "files within": b"<< /Names << /EmbeddedFiles 4 0 R >> >>",
    "a form that is sent": b"<< /S /SubmitForm /F (http://x.example) >>",
    "forms of another kind": b"<< /AcroForm << /XFA 4 0 R >> >>",
    "another file": b"<< /S /GoToR /F (//server/share) >>",
    "media": b"<< /Subtype /RichMedia >>",
    "encryption": b"trailer << /Encrypt 8 0 R >>",
    "in packed objects": objects(SCRIPT),
    "in packed objects, an action on opening": objects(b"<< /OpenAction 5 0 R >>"),
    "in packed objects, escaped": objects(b"<< /S /JavaScrip#74 >>"),
    "in packed objects of no type": objects(SCRIPT, b"/N 1 /First 4 " + FLATE),
    "in packed objects as text": stream(
        b"/Type /ObjStm /Filter [/ASCII85Decode /FlateDecode]",
        base64.a85encode(zlib.compress(SCRIPT)) + b"~>",
    ),
    "in a stream": stream(FLATE, zlib.compress(b"x" * 3_000_000 + SCRIPT)),
    "in a stream as text": stream(
        b"/Filter [/ASCIIHexDecode /FlateDecode]", zlib.compress(SCRIPT).hex().encode() + b">"
    ),
    "in a stream that has no end": b"7 0 obj << >> stream\n" + zlib.compress(SCRIPT),
    "packed otherwise": stream(b"/Filter /LZWDecode", b"\x80\x0b\x60\x50"),
    "in runs": stream(b"/Filter /RunLengthDecode", b"\x80"),
    "objects by columns": stream(
        b"/Type /ObjStm /DecodeParms << /Predictor 12 /Columns 5 >> " + FLATE,
        zlib.compress(columns(SCRIPT)),
    ),
    "objects by columns, elsewhere": stream(
        b"/Type /ObjStm /DecodeParms 9 0 R " + FLATE, zlib.compress(columns(SCRIPT))
    ),
    "objects that are cut": stream(b"/Type /ObjStm " + FLATE, zlib.compress(SCRIPT * 9)[:40]),
    "objects behind a false end": stream(
        b"/N 1 /First 4 /X (endobj endstream 1 0 obj) /DecodeParms 9 0 R " + FLATE,
        zlib.compress(columns(SCRIPT)),
    ),
    "objects behind a false beginning": stream(
        b"/N 1 /First 4 /X (stream) /DecodeParms 9 0 R " + FLATE, zlib.compress(columns(SCRIPT))
    ),
    "objects in another filter": stream(b"/Type /ObjStm /Filter /DCTDecode", b"\xff\xd8\xff"),
}


@pytest.mark.parametrize("hidden", HIDDEN.values(), ids=HIDDEN)
def test_a_pdf_that_acts_is_refused(hidden):
    with pytest.raises(PackageError, match=r"report\.pdf: the PDF holds .*Print it into a new"):
        check_only_shows(pdf(CATALOG, hidden), "report.pdf")


SHOWN = {
    "nothing": b"",
    "a page that is shown first": b"<< /OpenAction [2 0 R /XYZ null null 0] >>",
    "a link": b"<< /Subtype /Link /A << /S /URI /URI (http://x.example) >> >>",
    "names that only begin so": b"<< /JavaScripted 1 /Launcher 2 /AAA 3 /JSX 4 >>",
    "packed objects": objects(b"<< /Type /Page >>"),
    "an image by rows": stream(
        b"/Subtype /Image /DecodeParms << /Predictor 15 >> " + FLATE, zlib.compress(bytes(999))
    ),
    "a photo": stream(b"/Subtype /Image /Filter /DCTDecode", b"\xff\xd8\xff/JS /AA "),
    "a page as text": stream(
        b"/Filter [/ASCII85Decode /FlateDecode]", base64.a85encode(zlib.compress(b"BT ET")) + b"~>"
    ),
}


@pytest.mark.parametrize("shown", SHOWN.values(), ids=SHOWN)
def test_a_pdf_that_only_shows_something_is_taken(shown):
    check_only_shows(pdf(CATALOG, shown), "report.pdf")


def test_a_pdf_of_a_program_for_plots_is_taken():
    figure, target = Figure(), io.BytesIO()
    axes = figure.subplots()
    axes.plot([1, 2])
    axes.imshow([[1, 2], [3, 4]])
    with mpl.rc_context({"pdf.fonttype": 42}):
        figure.savefig(target, format="pdf")
    check_only_shows(target.getvalue(), "plot.pdf")


def test_a_stream_that_swells_is_refused_before_it_has():
    swelling = zlib.compress(bytes(MOST_INFLATED_BYTES + 1), 9)
    assert len(swelling) < 300_000
    with pytest.raises(PackageError, match="swell beyond measure"):
        check_only_shows(pdf(CATALOG, stream(FLATE, swelling)), "bomb.pdf")


def test_many_streams_that_swell_together_are_refused():
    each = stream(FLATE, zlib.compress(bytes(MOST_INFLATED_BYTES // 8), 9))
    with pytest.raises(PackageError, match="swell beyond measure"):
        check_only_shows(pdf(CATALOG, *[each] * 9), "bomb.pdf")


def test_what_is_no_pdf_is_refused():
    for content in (b"", b"\x89PNG", b"MZ" + pdf(CATALOG)):
        with pytest.raises(PackageError, match="is none"):
            check_only_shows(content, "x.pdf")
