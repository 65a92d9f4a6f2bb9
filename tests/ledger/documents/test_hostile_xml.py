"""XML that means harm, or whose meaning would be a guess, is refused with its place."""

from __future__ import annotations

import pytest

from ledger.documents.tree import DEEPEST, LARGEST_XML, MOST_NODES
from ledger.errors import RefusalCode, Refused
from tests.ledger.documents.samples import document, sample

UBL = sample("ubl-nordlicht-eur.xml").decode()
DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>'
BARE = UBL.removeprefix(DECLARATION).lstrip()


def refused(data: bytes) -> Refused:
    """The refusal of `data`."""
    with pytest.raises(Refused) as caught:
        document(data)
    assert caught.value.file == "test.xml"
    return caught.value


@pytest.mark.parametrize("doctype", ["<!DOCTYPE x>", "<!doctype x>", '<!DOCTYPE x SYSTEM "f">'])
@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "gb18030"])
def test_every_doctype_is_refused(doctype: str, codec: str) -> None:
    """In each accepted encoding, in any case, with or without entities."""
    declared = "GB18030" if codec == "gb18030" else "UTF-8"
    text = f'<?xml version="1.0" encoding="{declared}"?>{doctype}{BARE}'
    assert refused(text.encode(codec)).code is RefusalCode.DOCTYPE_FORBIDDEN


@pytest.mark.parametrize("codec", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-be"])
def test_other_unicode_encodings_are_refused(codec: str) -> None:
    """UTF-16 and UTF-32 would hide a document type from a search for its bytes."""
    text = f"<!DOCTYPE x>{BARE}"
    assert refused(text.encode(codec)).code is RefusalCode.ENCODING_NOT_ACCEPTED


@pytest.mark.parametrize("name", ["UTF-7", "ISO-8859-1", "EBCDIC-CP-US", "utf-16"])
def test_other_declared_encodings_are_refused(name: str) -> None:
    """Only UTF-8, ASCII and the GB family may be declared."""
    data = f'<?xml version="1.0" encoding="{name}"?>{BARE}'.encode()
    assert refused(data).code is RefusalCode.ENCODING_NOT_ACCEPTED


@pytest.mark.parametrize("name", ["GB18030", "gbk", "GB2312"])
def test_the_gb_family_is_read(name: str) -> None:
    """A 数电票 in GB18030 (or declared as its subsets) reads as in UTF-8."""
    text = sample("fapiao-bailu-1.xml").decode().replace("UTF-8", name)
    found, same = document(text.encode("gb18030")), document(sample("fapiao-bailu-1.xml"))
    assert (found.seller, found.due_date) == (same.seller, same.due_date)


def test_bytes_that_contradict_their_encoding_are_refused() -> None:
    """No replacement characters: a wrong byte is damage."""
    data = BARE.encode().replace(b"Musterhafen", b"Muster\xffhafen")
    assert refused(data).code is RefusalCode.DOCUMENT_MALFORMED


def test_a_declaration_that_is_not_well_formed_is_refused() -> None:
    """An encoding name with a slash in it is not one."""
    data = UBL.replace("UTF-8", "UTF-8-W/O-BOM").encode()
    assert refused(data).code is RefusalCode.DOCUMENT_MALFORMED


def test_an_undefined_entity_is_refused() -> None:
    """Entities besides the five of XML itself do not silently become empty."""
    data = UBL.replace("NA-2026-0917", "NA-&evil;0917").encode()
    assert refused(data).code is RefusalCode.DOCUMENT_MALFORMED


def test_size_is_bounded() -> None:
    """One byte more than 2 MiB is refused, unparsed."""
    padded = UBL.encode().ljust(LARGEST_XML)
    assert document(padded).number == "NA-2026-0917"
    assert refused(padded + b" ").code is RefusalCode.BYTES_TOO_LARGE


def test_depth_is_bounded() -> None:
    """64 levels are read, 65 refused."""

    def nested(levels: int) -> bytes:
        inside = "<x>" * (levels - 1) + "</x>" * (levels - 1)
        return BARE.replace("</Invoice>", f"{inside}</Invoice>").encode()

    assert document(nested(DEEPEST)).number == "NA-2026-0917"
    assert refused(nested(DEEPEST + 1)).code is RefusalCode.DOCUMENT_TOO_COMPLEX


def test_nodes_are_bounded() -> None:
    """50,000 elements are read, more refused, whether empty or not."""
    own = UBL.count("<") // 2  # a declaration and pairs of tags
    for extra in ("<x/>", "<x></x>"):
        fits = BARE.replace("</Invoice>", extra * (MOST_NODES - own) + "</Invoice>")
        assert document(fits.encode()).number == "NA-2026-0917"
        more = BARE.replace("</Invoice>", extra * (MOST_NODES - own + 1) + "</Invoice>")
        assert refused(more.encode()).code is RefusalCode.DOCUMENT_TOO_COMPLEX


def test_a_comment_does_not_cut_a_number_short() -> None:
    """Text around a comment is one text."""
    data = UBL.replace("NA-2026-0917", "NA-2026<!-- x -->-0917").encode()
    assert document(data).number == "NA-2026-0917"


def test_elements_inside_a_value_are_refused() -> None:
    """A number with an element in it has no one reading."""
    found = refused(UBL.replace("NA-2026-0917", "NA-2026<b/>-0917").encode())
    assert (found.code, found.place) == (RefusalCode.DOCUMENT_MALFORMED, "/Invoice/cbc:ID")


def test_a_value_that_stands_twice_is_refused() -> None:
    """Which of two amounts due counts would be a guess; the second is named."""
    amount = '<cbc:PayableAmount currencyID="EUR">1.00</cbc:PayableAmount>'
    found = refused(UBL.replace(amount[:18], amount + amount[:18]).encode())
    assert found.code is RefusalCode.DOCUMENT_MALFORMED
    assert found.place == "/Invoice/cac:LegalMonetaryTotal/cbc:PayableAmount[2]"


@pytest.mark.parametrize("code", [0x202E, 0x2066, 0x200B, 0x200D, 0xFEFF, 0xAD, 0x7F, 0xE000])
def test_invisible_characters_in_numbers_are_refused(code: int) -> None:
    """Direction, zero-width, soft hyphen, control and private characters make look-alikes."""
    found = refused(UBL.replace("NA-2026", f"NA{chr(code)}-2026").encode())
    assert (found.code, found.place) == (RefusalCode.DOCUMENT_TEXT_FORBIDDEN, "/Invoice/cbc:ID")
    assert f"U+{code:04X}" in found.detail


def test_direction_characters_in_names_are_refused() -> None:
    """A name that reads backwards is refused, one with a joiner of its script is not."""
    seller = "Nordlicht Antriebstechnik"
    assert refused(UBL.replace(seller, "Nord\u202elicht").encode()).code is (
        RefusalCode.DOCUMENT_TEXT_FORBIDDEN
    )
    assert document(UBL.replace(seller, "Nord\u200dlicht").encode()).seller.name


@pytest.mark.parametrize(
    ("old", "new", "code", "place"),
    [
        ("<cbc:DocumentCurrencyCode>EUR", "<cbc:DocumentCurrencyCode>EUX",
         RefusalCode.CURRENCY_UNKNOWN, "/Invoice/cac:LegalMonetaryTotal/cbc:PayableAmount"),
        ('PayableAmount currencyID="EUR"', 'PayableAmount currencyID="USD"',
         RefusalCode.CURRENCY_MISMATCH, "/Invoice/cac:LegalMonetaryTotal/cbc:PayableAmount"),
        ("53946.00</cbc:PayableAmount>", "53946.001</cbc:PayableAmount>",
         RefusalCode.AMOUNT_INVALID, "/Invoice/cac:LegalMonetaryTotal/cbc:PayableAmount"),
        ("53946.00</cbc:PayableAmount>", "1E5</cbc:PayableAmount>",
         RefusalCode.AMOUNT_INVALID, "/Invoice/cac:LegalMonetaryTotal/cbc:PayableAmount"),
        ("2026-10-05</cbc:IssueDate>", "2026-13-05</cbc:IssueDate>",
         RefusalCode.DATE_INVALID, "/Invoice/cbc:IssueDate"),
        ("<cbc:ID>NA-2026-0917</cbc:ID>", "",
         RefusalCode.DOCUMENT_INCOMPLETE, "/Invoice/cbc:ID"),
    ],
)  # fmt: skip
def test_a_refusal_names_its_element(old: str, new: str, code: RefusalCode, place: str) -> None:
    """Each fact that cannot be read is refused with the path of its element."""
    assert old in UBL
    found = refused(UBL.replace(old, new).encode())
    assert (found.code, found.place) == (code, place)


@pytest.mark.parametrize("root", ["Order", "Statement", "html", "EInvoices"])
def test_other_documents_are_refused(root: str) -> None:
    """Another root element, also in the namespace of an invoice, is no invoice."""
    data = BARE.replace("<Invoice ", f"<{root} ").replace("</Invoice>", f"</{root}>").encode()
    assert refused(data).code is RefusalCode.NOT_AN_INVOICE


def test_zero_decimals_beyond_the_currency_are_read() -> None:
    """53946.000 EUR is 53,946 euro; +53946 too."""
    for text in ("53946.000", "+53946", "053946.0", "53946."):
        data = UBL.replace("53946.00</cbc:Payable", f"{text}</cbc:Payable").encode()
        assert document(data).amounts.payable.minor == 5_394_600
