"""What to do about refusals of the log, its proofs, exports and stores."""

from __future__ import annotations

from collections.abc import Mapping

REMEDIES: Mapping[str, str] = {
    # chain
    "frontier_malformed": "Rebuild the state from the log's entries; the stored right edge does not fit its size.",
    "tile_malformed": "Fetch the tile again, at the path tlog-tiles gives it.",
    "proof_invalid": "Ask the log for a new proof, made for exactly the checkpoint that it comes with.",
    "proof_proves_nothing": "Start from a checkpoint of at least one entry; every log extends the empty one.",
    "note_malformed": "Fetch the signed note again, byte for byte.",
    "note_key_malformed": "Copy the verifier key again: name, key id and base64 key, joined by plus signs.",
    "note_not_signed_by_known_key": "Check that the policy names the key that this log signs with today.",
    "checkpoint_malformed": "Fetch the checkpoint again: origin, size and root, one line each.",
    "checkpoint_of_other_log": "Use the checkpoint of the log whose origin your policy names.",
    "entry_malformed": "Fetch the entry again; its format is docs/spec/entry.md.",
    "entry_out_of_order": "Read the entries in their order from the log that numbered them.",
    "receipt_malformed": "Download the receipt again, byte for byte.",
    "evidence_malformed": "Ask for the evidence file again, byte for byte; its format is docs/spec/evidence.md.",
    "pack_malformed": "Ask for the pack again, and keep it byte for byte.",
    "statement_differs": "Ask for the pack again: its parts were not made together.",
    "quorum_not_met": "Wait until enough witnesses have cosigned and fetch the file again, or trust the log alone with a policy that says quorum none.",
    "sheet_differs": "Rely on the pack alone, and have the sheet made from it again.",
    "export_is_of_another_history": "Keep both files as evidence and tell the auditors: the log has shown two histories.",
    "timestamp_invalid": "Have the checkpoint stamped again, or name the roots of the authority that stamped it.",
    # witnesses
    "witness_request_malformed": "Send an old size, a proof, an empty line and the checkpoint, as tlog-witness says.",
    "log_not_witnessed": "Ask the keeper of the witness to add a key of this log.",
    "old_size_differs": "Send the checkpoint with a proof from the size that the witness names.",
    "witness_state_lost": "Retire this witness and make another under a new name: one that forgot or went back may sign a fork.",
    # exports and backups
    "folder_not_empty": "Name a folder that is new or empty.",
    "export_malformed": "Export the log again, or ask who gave you the folder.",
    "policy_file_malformed": "Write a tlog-policy file: a log line with the key, and a quorum line (docs/how-to/run-a-witness.md).",
    "backup_malformed": "Name a folder that duebill backup made, with nothing in it changed.",
    "backup_damaged": "Copy the backup again from where it is kept, or take another one.",
    "outside_head_missing": "Ask parties, auditors or mirrors for their newest receipt or checkpoint of this log.",
    "audit_not_clean": "Look at the findings first: only a log that was found clean, rules included, is cosigned.",
    "audit_state_unusable": "Audit from the start: name a new state file, and keep the old one aside.",
}

REMEDIES_ZH: Mapping[str, str] = {
    # chain
    "frontier_malformed": "请由日志条目重建状态：所存的右边缘与其规模不符。",
    "tile_malformed": "请按 tlog-tiles 规定的路径重新获取哈希瓦片。",
    "proof_invalid": "请向日志索取新的证明，须恰好针对其所附的检查点。",
    "proof_proves_nothing": "请从至少含一个条目的检查点开始：任何日志都是空日志的延续。",
    "note_malformed": "请逐字节重新获取该签名便笺。",
    "note_key_malformed": "请重新复制验证密钥：名称、密钥编号和 base64 密钥，以加号相连。",
    "note_not_signed_by_known_key": "请核对策略文件所列是否为该日志现用的签名密钥。",
    "checkpoint_malformed": "请重新获取检查点：来源、规模、根，各占一行。",
    "checkpoint_of_other_log": "请使用策略文件所列来源的那个日志的检查点。",
    "entry_malformed": "请重新获取该条目；格式见 docs/spec/entry.md。",
    "entry_out_of_order": "请从编号的日志处按顺序读取条目。",
    "receipt_malformed": "请逐字节重新下载回执。",
    "evidence_malformed": "请逐字节重新索取证据文件；格式见 docs/spec/evidence.md。",
    "pack_malformed": "请重新索取证据包，并逐字节保存。",
    "statement_differs": "请重新索取证据包：其各部分并非同时制作。",
    "quorum_not_met": "请等足够的见证人联署后重新获取文件；或改用写明 quorum none 的策略，只信任日志本身。",
    "sheet_differs": "请只以证据包为准，并由它重新生成证明页。",
    "export_is_of_another_history": "请将两份文件都作为证据保存并告知审计方：该日志出示了两段历史。",
    "timestamp_invalid": "请重新为检查点加盖时间戳，或指明加盖机构的根证书。",
    # witnesses
    "witness_request_malformed": "请按 tlog-witness 发送旧规模、证明、空行和检查点。",
    "log_not_witnessed": "请见证人的管理者添加该日志的密钥。",
    "old_size_differs": "请附上自见证人所述规模起的证明，再发送检查点。",
    "witness_state_lost": "请停用此见证人，并以新名称另建一个：遗忘或倒退的见证人可能会签下分叉。",
    # exports and backups
    "folder_not_empty": "请指定新的或空的文件夹。",
    "export_malformed": "请重新导出日志，或询问提供该文件夹的人。",
    "policy_file_malformed": "请编写 tlog-policy 文件：一行含密钥的 log，一行 quorum（docs/how-to/run-a-witness.md）。",
    "backup_malformed": "请指定由 duebill backup 生成且内容未经改动的文件夹。",
    "backup_damaged": "请从保存处重新复制备份，或另做一份。",
    "outside_head_missing": "请向参与方、审计方或镜像索取他们手中该日志最新的回执或检查点。",
    "audit_not_clean": "请先查看审计发现：只有连同规则在内审计无误的日志才予联署。",
    "audit_state_unusable": "请从头审计：指定新的状态文件，并另存旧文件。",
}
