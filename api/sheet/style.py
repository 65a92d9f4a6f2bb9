"""How the sheet looks on paper and on a screen."""

from __future__ import annotations

from api.sheet.html import Markup

STYLE = Markup("""
@page { size: A4; margin: 16mm 15mm 18mm; }
* { box-sizing: border-box; }
html { font: 10pt/1.45 "Noto Serif", Georgia, "Times New Roman", "Noto Serif CJK SC",
  "Source Han Serif SC", "Songti SC", SimSun, serif; color: #111; background: #fff; }
body { margin: 0 auto; max-width: 180mm; padding: 6mm 0; }
h1 { font-size: 17pt; line-height: 1.2; margin: 0; }
h2 { font-size: 11.5pt; margin: 7mm 0 2mm; padding-bottom: 1mm; border-bottom: 0.4pt solid #111;
  break-after: avoid; }
p { margin: 0 0 1.6mm; }
.zh { color: #333; }
.head { display: flex; gap: 6mm; align-items: flex-start; }
.head > div { flex: 1 1 auto; min-width: 0; }
.qr { flex: 0 0 34mm; width: 34mm; height: 34mm; }
.sum { margin: 3mm 0; padding: 3mm 4mm; border: 0.8pt solid #111; font-size: 11pt;
  break-inside: avoid; }
.warn { margin: 3mm 0; padding: 2mm 4mm; border: 1.2pt solid #a00; color: #a00; font-weight: bold;
  break-inside: avoid; }
table { width: 100%; border-collapse: collapse; margin: 0 0 2mm; }
thead { display: table-header-group; }
tr { break-inside: avoid; }
th, td { text-align: left; vertical-align: top; padding: 1mm 2mm 1mm 0;
  border-bottom: 0.3pt solid #bbb; overflow-wrap: anywhere; }
th { font-weight: 600; }
table.facts th { width: 38%; }
.num { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
.seq { width: 9mm; }
.at { width: 36mm; }
bdi, code, pre { overflow-wrap: anywhere; }
code, pre { font: 8pt/1.4 "Noto Sans Mono", "DejaVu Sans Mono", Menlo, Consolas, monospace; }
pre { white-space: pre-wrap; margin: 0 0 2mm; padding: 2mm; background: #f3f3f3;
  break-inside: avoid; }
ol, ul { margin: 0 0 2mm; padding-left: 6mm; }
li { break-inside: avoid; }
small { font-size: 8pt; color: #444; }
@media screen { body { padding: 10mm 8mm; } }
""")
