import Foundation
import Synchronization

/// The details of notices as they are stored and as they are read; those of a batch are all the same, and to write or read
/// JSON costs more than to store it.
final class DetailsTexts: Sendable {
    private let texts = Mutex<[NoticeRows.Details: String]>([:])
    private let read = Mutex<[String: NoticeRows.Details]>([:])
    /// Issuers, authors and plans are few.
    private static let mostKept = 256

    /// The JSON text of these details.
    func text(of details: NoticeRows.Details) throws -> String {
        if let known = texts.withLock({ $0[details] }) { return known }
        let text = try SQLNoticeStore.json(details)
        Self.keep(text, for: details, in: texts)
        return text
    }

    /// The details that a JSON text holds.
    func details(of text: String) throws -> NoticeRows.Details {
        if let known = read.withLock({ $0[text] }) { return known }
        let details = try JSONDecoder().decode(NoticeRows.Details.self, from: Data(text.utf8))
        Self.keep(details, for: text, in: read)
        return details
    }

    private static func keep<Key: Hashable & Sendable, Value: Sendable>(
        _ value: Value, for key: Key, in kept: borrowing Mutex<[Key: Value]>
    ) {
        kept.withLock { kept in
            if kept.count >= mostKept { kept.removeAll() }
            kept[key] = value
        }
    }
}
