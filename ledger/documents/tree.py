"""Guarded XML: bytes that may be hostile become a tree that is safe to walk, or are refused.

Any document type declaration is refused before parsing, whatever the encoding: entities would
change the text silently. Nothing is fetched, nothing expanded; size, nodes and depth are bounded
(limits of `docs/samples/README.md`). A `Node` knows its path, so that refusals can name it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from lxml import etree

from ledger.errors import RefusalCode, Refused

LARGEST_XML = 2 * 1024 * 1024
DEEPEST = 64
MOST_NODES = 50_000

_UTF8_BOM = b"\xef\xbb\xbf"
_QUOTED = r"""(?:"{0}"|'{0}')"""
_DECLARATION = re.compile(
    r"<\?xml\s+version\s*=\s*" + _QUOTED.format(r"1\.0")
    + r"(?:\s+encoding\s*=\s*" + _QUOTED.format(r"([A-Za-z][A-Za-z0-9._-]*)") + ")?"
    + r"(?:\s+standalone\s*=\s*" + _QUOTED.format("(?:yes|no)") + r")?\s*\?>"
)  # fmt: skip
_CODECS = {"utf-8": "utf-8", "us-ascii": "ascii"} | dict.fromkeys(
    ("gb18030", "gbk", "gb2312"), "gb18030"
)

PREFIXES = {
    "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2": "cac",
    "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2": "cbc",
    "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100": "rsm",
    "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100": "ram",
    "urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100": "udt",
    "urn:un:unece:uncefact:data:standard:QualifiedDataType:100": "qdt",
}
"""The customary prefix of each namespace: names in this package are written with these."""

NAMESPACES = {prefix: namespace for namespace, prefix in PREFIXES.items()}


@dataclass(frozen=True, slots=True)
class Node:
    """An element with its path from the root, such as ``/Invoice/cac:TaxTotal[2]``."""

    element: etree._Element
    path: str

    @property
    def name(self) -> str:
        """The element's name with the customary prefix; without one in any other namespace."""
        return _name(self.element)

    @property
    def namespace(self) -> str:
        """The element's namespace, or ""."""
        return etree.QName(self.element).namespace or ""

    def all(self, name: str) -> list[Node]:
        """The children of this name, in document order; paths number the second and later ones.

        A name without prefix means it in any namespace.
        """
        found = self.element.iterchildren(_tag(name))
        return [Node(child, self.place(name + _index(n))) for n, child in enumerate(found, 1)]

    def below(self, name: str) -> list[Node]:
        """The descendants of this name, in document order; paths number them as in `all`."""
        found = []
        for n, element in enumerate(self.element.iterdescendants(_tag(name)), 1):
            between = [_name(up) for up in element.iterancestors()]
            steps = between[: len(between) - self.path.count("/")]
            found.append(Node(element, self.place(*reversed(steps), name + _index(n))))
        return found

    def one(self, *names: str) -> Node | None:
        """The element at the end of this way, or None.

        Raises `Refused` (`document_malformed`) where a step of the way stands there twice: which
        one counts would be a guess.
        """
        node = self
        for name in names:
            found = node.all(name)
            if len(found) > 1:
                raise malformed(f"{name} stands there {len(found)} times.", found[1].path)
            if not found:
                return None
            node = found[0]
        return node

    def text(self, *names: str) -> str:
        """The stripped text at the end of this way; "" where there is none."""
        node = self.one(*names)
        if node is None:
            return ""
        if len(node.element):
            raise malformed("Text was expected, elements stand there.", node.path)
        return (node.element.text or "").strip()

    def attribute(self, name: str) -> str:
        """The stripped attribute, or ""."""
        return (self.element.get(name) or "").strip()

    def place(self, *names: str) -> str:
        """The path of a descendant, whether it exists or not."""
        return "/".join((self.path, *names))


def parse_xml(data: bytes) -> Node:
    """The root of an XML document.

    Raises `Refused`: `bytes_too_large` beyond 2 MiB, `encoding_not_accepted` for other encodings
    than UTF-8 and GB18030 (with its subsets), `doctype_forbidden`, `document_too_complex` beyond
    50,000 nodes or 64 levels, `document_malformed` for all that is not well-formed.
    """
    if len(data) > LARGEST_XML:
        raise Refused(RefusalCode.BYTES_TOO_LARGE, f"An XML file has at most {LARGEST_XML} bytes.")
    body = _decoded(data)
    upper = body.upper()
    if "<!DOCTYPE" in upper or "<!ENTITY" in upper:
        raise Refused(RefusalCode.DOCTYPE_FORBIDDEN, "The XML holds a document type declaration.")
    # Each element has one or two "<": a cheap bound before memory is spent on a tree.
    if body.count("<") > 2 * MOST_NODES:
        raise _too_complex()
    try:
        root = etree.fromstring(body.encode("utf-8"), _parser())
    except (etree.XMLSyntaxError, ValueError) as problem:
        raise malformed(f"The XML is not well-formed: {str(problem)[:200]}.", "") from None
    _measure(root)
    return Node(root, f"/{_name(root)}")


def malformed(detail: str, place: str) -> Refused:
    """`document_malformed` at `place`."""
    return Refused(RefusalCode.DOCUMENT_MALFORMED, detail, place=place)


def _decoded(data: bytes) -> str:
    """The text without its declaration. Decoded here, so that no check sees other characters."""
    data = data.removeprefix(_UTF8_BOM)
    if b"\x00" in data[:4] or data[:2] in (b"\xfe\xff", b"\xff\xfe"):
        raise _other_encoding("UTF-16 or UTF-32")
    codec, declaration = "utf-8", None
    if data.startswith(b"<?xml"):
        declaration = _DECLARATION.match(data[:200].decode("latin-1"))
        if declaration is None:
            raise malformed("The XML declaration is not well-formed.", "")
        encoding = (declaration[1] or declaration[2] or "utf-8").lower()
        if encoding not in _CODECS:
            raise _other_encoding(encoding)
        codec = _CODECS[encoding]
    try:
        return data[declaration.end() if declaration else 0 :].decode(codec)
    except UnicodeDecodeError:
        raise malformed(f"The bytes are not {codec} text.", "") from None


def _parser() -> etree.XMLParser:
    return etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        # Joins the text around them: a comment inside a number must not cut it short.
        remove_comments=True,
        remove_pis=True,
    )


def _measure(root: etree._Element) -> None:
    depth = nodes = 0
    for event, _ in etree.iterwalk(root, events=("start", "end")):
        depth += 1 if event == "start" else -1
        nodes += event == "start"
        if depth > DEEPEST or nodes > MOST_NODES:
            raise _too_complex()


def _tag(name: str) -> str:
    prefix, _, local = name.rpartition(":")
    return f"{{{NAMESPACES[prefix] if prefix else '*'}}}{local}"


def _index(number: int) -> str:
    return f"[{number}]" if number > 1 else ""


def _name(element: etree._Element) -> str:
    name = etree.QName(element)
    prefix = PREFIXES.get(name.namespace or "")
    return f"{prefix}:{name.localname}" if prefix else name.localname


def _other_encoding(encoding: str) -> Refused:
    return Refused(RefusalCode.ENCODING_NOT_ACCEPTED, f"The XML is encoded in {encoding}.")


def _too_complex() -> Refused:
    return Refused(
        RefusalCode.DOCUMENT_TOO_COMPLEX,
        f"An XML file has at most {MOST_NODES} elements and {DEEPEST} levels.",
    )
