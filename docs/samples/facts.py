"""The invented companies and invoices of the samples. Any likeness to real ones is chance."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")


@dataclass(frozen=True)
class Party:
    """A company; `legal` is its register number and `scheme` that number's ISO 6523 code."""

    name: str
    legal: str
    country: str
    city: str
    street: str
    vat: str = ""
    scheme: str = ""


@dataclass(frozen=True)
class Line:
    """One line: `rate` of VAT in percent."""

    item: str
    quantity: int
    unit: str
    price: Decimal
    rate: int

    @property
    def net(self) -> Decimal:
        """Quantity x price, half up to cents."""
        return (self.quantity * self.price).quantize(CENT, ROUND_HALF_UP)


@dataclass(frozen=True)
class Bill:
    """One invoice; all lines share one VAT rate and category."""

    number: str
    issued: str
    due: str
    currency: str
    seller: Party
    buyer: Party
    lines: tuple[Line, ...]
    category: str = "S"
    exemption: str = ""
    allowance: Decimal = Decimal(0)
    charge: Decimal = Decimal(0)
    prepaid: Decimal = Decimal(0)
    rounding: Decimal = Decimal(0)
    type_code: str = "380"
    preceding: str = ""
    payee: Party | None = None
    note: str = ""

    @property
    def sum(self) -> Decimal:
        """BT-106."""
        return sum((line.net for line in self.lines), Decimal(0))

    @property
    def net(self) -> Decimal:
        """BT-109."""
        return self.sum - self.allowance + self.charge

    @property
    def tax(self) -> Decimal:
        """BT-110."""
        return (self.net * self.lines[0].rate / 100).quantize(CENT, ROUND_HALF_UP)

    @property
    def gross(self) -> Decimal:
        """BT-112."""
        return self.net + self.tax

    @property
    def payable(self) -> Decimal:
        """BT-115."""
        return self.gross - self.prepaid + self.rounding


BUYER = Party("江州重工装备股份有限公司", "91340100MA9BLBT52X", "CN", "合肥", "虚构大道1号")
QINGLAN = Party("青岚精密铸造有限公司", "91320500MA7JHE1018", "CN", "苏州", "样本路18号")
BAILU = Party("白鹭轴承科技有限公司", "91330200MA8QLPC31C", "CN", "宁波", "示例街7号")
FACTOR = Party("云杉商业保理有限公司", "91310115MA6PFBK73C", "CN", "上海", "虚拟路9号")
NORDLICHT = Party(
    "Nordlicht Antriebstechnik GmbH", "529900NORDLICHTAT026", "DE", "Musterhafen",
    "Beispielkai 4", "DE314159262", "0199",
)  # fmt: skip
GRANHULT = Party(
    "Granhult Hydraulik AB", "5561618033", "SE", "Exempelstad", "Provgatan 12",
    "SE556161803301", "0007",
)  # fmt: skip
PRAIRIE = Party(
    "Prairie Wind Castings Inc.", "724500PRAIRIEWND0X10", "US", "Sampleville", "1 Example Road",
    "", "0199",
)  # fmt: skip


def line(item: str, quantity: int, price: str, rate: int, unit: str = "C62") -> Line:
    """A line with its price as text."""
    return Line(item, quantity, unit, Decimal(price), rate)


_EXPORT = "Export outside the EU"

UBL_NORDLICHT = Bill(
    "NA-2026-0917", "2026-10-05", "2027-01-29", "EUR", NORDLICHT, BUYER,
    (line("Planetary gearbox PG-40", 12, "4180.00", 0), line("Coupling KX", 12, "315.50", 0)),
    "G", _EXPORT, note="Delivered DAP Hefei, order 45-7781.",
)  # fmt: skip
UBL_GRANHULT = Bill(
    "G10442", "2026-09-21", "2026-12-21", "SEK", GRANHULT, BUYER,
    (line("Hydraulic cylinder HC-125", 40, "8675.35", 25), line("Seal kit", 80, "149.90", 25)),
    rounding=Decimal("0.50"), note="Commissioned at the yard in Exempelstad.",
)  # fmt: skip
UBL_PRAIRIE = Bill(
    "PW-88213", "2026-11-02", "2027-03-31", "USD", PRAIRIE, BUYER,
    (line("Ductile iron hub casting", 30, "6240.00", 0),), "O", "Not subject to VAT",
    charge=Decimal("1850.00"),
)  # fmt: skip
UBL_CREDIT = Bill(
    "G10467", "2026-10-12", "", "SEK", GRANHULT, BUYER, (line("Seal kit", 10, "149.90", 25),),
    type_code="381", preceding="G10442", note="Ten seal kits returned.",
)  # fmt: skip
CII_NORDLICHT = Bill(
    "NA-2026-0944", "2026-10-19", "2027-02-15", "EUR", NORDLICHT, BUYER,
    (line("Gear motor GM-7", 25, "1960.00", 19), line("Mounting plate", 25, "88.40", 19)),
    allowance=Decimal("1200.00"), charge=Decimal("340.00"),
)  # fmt: skip
CII_GRANHULT = Bill(
    "G10481", "2026-11-03", "2027-05-03", "EUR", GRANHULT, BUYER,
    (line("Power unit HPU-30", 6, "22400.00", 0),), "G", _EXPORT, prepaid=Decimal("26880.00"),
)  # fmt: skip
PDF_NORDLICHT = Bill(
    "NA-2026-0960", "2026-11-09", "2027-03-09", "EUR", NORDLICHT, BUYER,
    (line("Spare parts set", 8, "735.25", 0),), "G", _EXPORT,
)  # fmt: skip
ASSIGNED = Bill(
    "NA-2026-0971", "2026-11-12", "2027-02-26", "EUR", NORDLICHT, BUYER,
    (line("Planetary gearbox PG-20", 5, "2890.00", 0),), "G", _EXPORT,
    type_code="393", payee=FACTOR, note="This claim is assigned; pay the payee only.",
)  # fmt: skip
FAPIAO = {
    "fapiao-qinglan-1.xml": Bill(
        "26322000000104417728", "2026-10-08", "2027-01-15", "CNY", QINGLAN, BUYER,
        (line("*铸件*轮毂毛坯", 120, "8650.00", 13, "件"),),
    ),
    "fapiao-qinglan-2.xml": Bill(
        "26322000000118830152", "2026-11-06", "2027-05-10", "CNY", QINGLAN, BUYER,
        (line("*铸件*减速机壳体", 64, "5312.50", 13, "件"),
         line("*铸件*减速机壳体(折扣)", 1, "-17000.00", 13, "项")),
    ),
    "fapiao-bailu-1.xml": Bill(
        "26332000000097730461", "2026-09-18", "2026-12-25", "CNY", BAILU, BUYER,
        (line("*轴承*调心滚子轴承", 300, "1126.80", 13, "套"),
         line("*轴承*圆锥滚子轴承", 150, "688.00", 13, "套")),
    ),
    "fapiao-bailu-2.xml": Bill(
        "26332000000101268835", "2026-10-27", "2027-03-20", "CNY", BAILU, BUYER,
        (line("*轴承*主轴轴承", 16, "23980.00", 13, "套"),),
    ),
    "fapiao-bailu-red.xml": Bill(
        "26332000000102004907", "2026-10-30", "", "CNY", BAILU, BUYER,
        (line("*轴承*圆锥滚子轴承", -10, "688.00", 13, "套"),), preceding="26332000000097730461",
    ),
}  # fmt: skip
TABLE = (
    Bill("26322000000120017733", "2026-11-10", "2027-02-10", "CNY", QINGLAN, BUYER,
         (line("", 1, "186500.00", 13),)),
    Bill("26322000000120017734", "2026-11-10", "2027-02-10", "CNY", QINGLAN, BUYER,
         (line("", 1, "94380.50", 13),)),
    Bill("26332000000105551209", "2026-11-12", "2027-04-12", "CNY", BAILU, BUYER,
         (line("", 1, "412000.00", 13),)),
    Bill("26332000000105551210", "2026-11-12", "2027-04-12", "CNY", BAILU, BUYER,
         (line("", 1, "57320.80", 13),)),
)  # fmt: skip
