import Evidence
import Notices

/// Prints the evidence list (证据目录) and the materials it points into.
struct DossierPrinter: Sendable {
    let documents: DocumentMaker
    let issuer: String
    let now: Timestamp

    /// The materials first, because the list names their pages.
    func print(_ dossier: Dossier) async throws -> (dossier: Dossier, list: [UInt8], materials: [UInt8]) {
        let digest = SHA256.hash(Array(dossier.items.map(\.hash.hex).joined(separator: "\n").utf8))
        let number = "D-\(digest.hex.prefix(12))"
        let materials = try await documents.sections(
            markdown: brief(dossier), title: "证据材料", language: .chinese, number: number, contentHash: digest,
            issuer: issuer, issuedAt: now)
        guard materials.pages.count == dossier.items.count else {
            throw PeopleError(
                .unavailable,
                "the materials have \(materials.pages.count) sections for \(dossier.items.count) pieces of evidence; report it"
            )
        }
        var paged = dossier
        for (index, page) in materials.pages.enumerated() { paged.items[index].page = page }
        let list = try await documents.sections(
            markdown: list(paged, materials: SHA256.hash(materials.pdf)), title: "证据目录", language: .chinese,
            number: number, contentHash: digest, issuer: issuer, issuedAt: now)
        return (paged, list.pdf, materials.pdf)
    }

    private func list(_ dossier: Dossier, materials: Digest) -> String {
        var text = "# 证据目录\n\n\(Self.plain(dossier.title))\n\n"
        text += "| 编号 | 证据名称 | 来源 | 证明内容 | 页码 | SHA-256 |\n|---|---|---|---|---|---|\n"
        for item in dossier.items {
            let cells = [
                "\(item.number)", Self.plain(item.name.zh), Self.plain(item.source),
                "【\(item.phase.chinese)】\(Self.plain(item.proves.zh))", item.page.map { "\($0)" } ?? "",
                String(item.hash.hex.prefix(16)),
            ]
            text += "| " + cells.joined(separator: " | ") + " |\n"
        }
        text += "\n页码为《证据材料》(materials.pdf，SHA-256 \(materials.hex))的页码；完整的校验值见 dossier.json。"
        text += "共 \(dossier.items.count) 项，含对发出单位不利的记录。"
        if dossier.awaiting > 0 { text += "其中 \(dossier.awaiting) 项尚在等待写入日志，本包不含其证明。" }
        return text + "\n"
    }

    /// The materials, without their details where all of them would be too much to print: they stand in `entries/`.
    private func brief(_ dossier: Dossier) -> String {
        let whole = materials(dossier)
        guard whole.utf8.count > 400_000 else { return whole }
        var short = dossier
        short.items = dossier.items.map { $0.withoutLines }
        return materials(short)
    }

    private func materials(_ dossier: Dossier) -> String {
        var text = "# 证据材料\n\n\(Self.plain(dossier.title))\n\n"
        for item in dossier.items {
            text += "## 证据 \(item.number)：\(Self.plain(item.name.zh))\n\n"
            text += "- 发生时间：\(item.happenedAt.at.rfc3339)（\(Self.plain(item.happenedAt.clock))）\n"
            text += "- 来源：\(Self.plain(item.source))\n- SHA-256：\(item.hash.hex)\n"
            if let entry = item.entry {
                text += "- 存证记录：\(entry)，\(item.leafIndex.map { "日志第 \($0) 位" } ?? "等待写入日志")\n"
            }
            if let file = item.file { text += "- 文件：documents/\(file)\n" }
            for line in item.lines { text += "- \(Self.plain(line))\n" }
            text += "\n"
        }
        return text
    }

    /// Words from outside as Markdown that says just that: nothing in them is markup, and they stay on their line.
    static func plain(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars.prefix(2000) {
            switch scalar {
            case "\n", "\r", "\t", "\u{2028}", "\u{2029}": result += " "
            case "\\", "`", "*", "_", "{", "}", "[", "]", "<", ">", "(", ")", "#", "+", "-", ".", "!", "|", "~", "&",
                ":":
                result += "\\"
                result.unicodeScalars.append(scalar)
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}

extension Dossier.Item {
    /// The same, its details left to the entry.
    fileprivate var withoutLines: Dossier.Item {
        Dossier.Item(
            number: number, name: name, source: source, proves: proves, phase: phase, happenedAt: happenedAt,
            hash: hash,
            entry: entry, leafIndex: leafIndex, file: file,
            lines: entry == nil ? [] : ["内容见 entries/ 中的存证记录"], page: page)
    }
}
