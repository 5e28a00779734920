"""XML as text: elements in order, nothing but what is put in."""

from xml.etree import ElementTree as ET


def add(parent: ET.Element, name: str, text: str | None = None, **attributes: str) -> ET.Element:
    """Return a new last child."""
    child = ET.SubElement(parent, name, attributes)
    child.text = text
    return child


def xml_bytes(root: ET.Element) -> bytes:
    """Return a document in UTF-8, indented."""
    ET.indent(root, " ")
    text: str = ET.tostring(root, "unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'.encode()
