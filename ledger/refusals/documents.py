"""What to do about refusals of invoice documents and tables."""

from __future__ import annotations

from collections.abc import Mapping

REMEDIES: Mapping[str, str] = {
    # e-invoices: what cannot be read
    "not_an_invoice": "Send an invoice: 数电票 XML, UBL 2.1, CII D16B, Factur-X or ZUGFeRD 2 PDF, CSV or XLSX.",
    "document_malformed": "The file is damaged: ask its issuer for it again.",
    "doctype_forbidden": "Send the XML without a document type declaration.",
    "encoding_not_accepted": "Save the file as UTF-8 or GB18030.",
    "document_too_complex": "Split the document; limits are in the message.",
    "archive_unsafe": "Save the workbook anew with a spreadsheet program.",
    "reader_not_installed": "Install the optional reader that is named.",
    "document_incomplete": "Ask the issuer for a document that states it.",
    "document_text_forbidden": "Ask for the text without control, direction or invisible characters, and shorter.",
    "column_missing": "Name the column in the column map, or add it.",
    # e-invoices: what may not be registered
    "invoice_is_void": "Register the invoice that replaced it.",
    "invoice_is_already_assigned": "Pay and ask its payee: the claim was assigned or financed before.",
    "invoice_is_a_credit_note": "Record it as a credit note against the invoice that it reduces.",
    "invoice_is_a_prepayment": "Register the final invoice, once goods or services are delivered.",
    "invoice_type_not_accepted": "Send an invoice of a type that docs/samples/README.md lists.",
    "number_was_rounded": "Export the table again with the number column formatted as text.",
    "document_totals_disagree": "Ask the issuer for a corrected invoice.",
    "nothing_is_payable": "Register only invoices with an amount due.",
    "due_date_missing": "State the due date when you sign (duebill import --due).",
    "due_before_issue": "Correct the due date: it is not before the issue date.",
    "due_date_has_passed": "Collect it: an overdue claim is not registered.",
    "issued_in_the_future": "Register it on its issue date or later.",
    "seller_is_buyer": "Register only invoices between two different parties.",
    "party_identifier_missing": "Ask for an invoice that names both parties, best by registration or tax number.",
}

REMEDIES_ZH: Mapping[str, str] = {
    # e-invoices: what cannot be read
    "not_an_invoice": "请提交发票：数电票 XML、UBL 2.1、CII D16B、Factur-X 或 ZUGFeRD 2 PDF、CSV 或 XLSX。",
    "document_malformed": "文件已损坏，请向开具方重新索取。",
    "doctype_forbidden": "请提交不含文档类型声明（DOCTYPE）的 XML。",
    "encoding_not_accepted": "请将文件另存为 UTF-8 或 GB18030 编码。",
    "document_too_complex": "请拆分文件，上限见提示信息。",
    "archive_unsafe": "请用电子表格程序重新保存该工作簿。",
    "reader_not_installed": "请安装提示中所列的可选读取组件。",
    "document_incomplete": "请向开具方索取载明该内容的文件。",
    "document_text_forbidden": "请索取不含控制符、方向符或不可见字符且更短的文本。",
    "column_missing": "请在列映射中指明该列，或补上该列。",
    # e-invoices: what may not be registered
    "invoice_is_void": "请登记替代它的发票。",
    "invoice_is_already_assigned": "请付款并询问其收款人：该债权此前已转让或融资。",
    "invoice_is_a_credit_note": "请将其作为红字冲减记在被冲减的发票名下。",
    "invoice_is_a_prepayment": "请在货物或服务交付后登记最终发票。",
    "invoice_type_not_accepted": "请提交 docs/samples/README.md 所列类型的发票。",
    "number_was_rounded": "请将号码列设为文本格式后重新导出表格。",
    "document_totals_disagree": "请向开具方索取更正后的发票。",
    "nothing_is_payable": "请只登记有应付金额的发票。",
    "due_date_missing": "请在签名时写明到期日（duebill import --due）。",
    "due_before_issue": "请更正到期日：不得早于开票日期。",
    "due_date_has_passed": "请直接催收：逾期债权不予登记。",
    "issued_in_the_future": "请在开票日当天或之后登记。",
    "seller_is_buyer": "请只登记两个不同主体之间的发票。",
    "party_identifier_missing": "请索取写明双方的发票，最好载有统一社会信用代码或税号。",
}
