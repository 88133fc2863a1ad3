import Synchronization

/// The details of notices as they are stored; those of a batch are all the same, and writing JSON costs more than storing it.
final class DetailsTexts: Sendable {
    private let texts = Mutex<[NoticeRows.Details: String]>([:])
    /// Issuers, authors and plans are few.
    private static let mostKept = 256

    /// The JSON text of these details.
    func text(of details: NoticeRows.Details) throws -> String {
        if let known = texts.withLock({ $0[details] }) { return known }
        let text = try SQLNoticeStore.json(details)
        texts.withLock { texts in
            if texts.count >= Self.mostKept { texts.removeAll() }
            texts[details] = text
        }
        return text
    }
}
