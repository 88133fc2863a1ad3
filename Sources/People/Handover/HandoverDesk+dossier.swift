import Evidence
import Notices

extension HandoverDesk: DossierSource {
    /// How many bytes of files are taken inside; the hash of each further one stands in the act of its handing in.
    private static let bytesInside = 64 << 20

    /// The list of the newest handover as it stands, what is open as well, and the files handed in (S-79, S-81).
    public func materials(about subject: Subject, for actor: Actor) async throws -> [DossierMaterial] {
        let id: HandoverID?
        switch subject.kind {
        case .employee: id = try await store.handover(of: PersonID(subject.id))
        case .handover: id = HandoverID(subject.id)
        default: id = nil
        }
        guard let id, let record = try await store.handover(id) else { return [] }
        var found = [list(record)].compactMap { $0.material(at: clock.now) }
        var size = 0
        for item in record.items {
            for file in item.files {
                guard size + file.size <= Self.bytesInside else { return found }
                guard let (_, bytes) = try await store.handoverFile(file.id, of: id) else { continue }
                size += bytes.count
                found.append(Self.material(file, of: item, bytes))
            }
        }
        return found
    }

    private static func material(_ file: HandoverFile, of item: HandoverItem, _ bytes: [UInt8]) -> DossierMaterial {
        let proves: BilingualText =
            switch file.purpose {
            case .material: BilingualText(zh: "离职人提交的交接材料", en: "what the leaver handed in")
            case .clientLetter: BilingualText(zh: "客户确认对接人变更", en: "that the client confirmed the handover")
            case .visitSheet: BilingualText(zh: "交接拜访经客户签字", en: "that the client signed for the visit")
            }
        return DossierMaterial(
            name: BilingualText(zh: "\(item.title)：\(file.name)", en: file.name), source: "交接，提交人 \(file.by)",
            proves: proves, phase: .during, happenedAt: .ours(file.at),
            file: "handover-\(file.id).\(endings[file.type] ?? "bin")", mediaType: file.type, bytes: bytes)
    }

    private static let endings = [
        "application/pdf": "pdf", "image/png": "png", "image/jpeg": "jpg", "application/zip": "zip", "text/csv": "csv",
        "text/plain": "txt", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    ]

    private func list(_ record: HandoverRecord) -> DossierTable {
        func confirmation(_ item: HandoverItem, _ party: ItemConfirmation.Party) -> String {
            guard let given = item.confirmation(by: party) else { return "" }
            let behalf = given.statement["onBehalfOf"]?.string.map { "（代 \($0)）" } ?? ""
            return "\(given.by)\(behalf) \(given.at.rfc3339)"
        }
        return DossierTable(
            file: "handover-list.csv", name: BilingualText(zh: "离职交接清单及完成情况", en: "handover list as it stands"),
            source: "交接 \(record.handover.id)",
            proves: BilingualText(
                zh: "应交接的事项、已完成和未完成的部分及各方确认", en: "what was owed, what was done, what is open, who confirmed"),
            phase: .during,
            header: ["事项", "类型", "金额", "期限", "状态", "提交次数", "移交人确认", "接收人确认", "客户确认", "审核人确认", "未完成原因"],
            rows: record.items.map { item in
                [
                    item.title, item.kind.rawValue, item.amount.map { "\($0)" } ?? "", "\(item.dueOn)",
                    item.state.rawValue, "\(item.round)", confirmation(item, .giver), confirmation(item, .taker),
                    confirmation(item, .client), confirmation(item, .reviewer), item.isClosed ? "" : item.obstacle.zh,
                ]
            })
    }
}
