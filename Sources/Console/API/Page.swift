import Evidence
import Notices

/// One page of a list, and how to get the next.
struct Page: Sendable {
    static let maximum = 200

    let cursor: String?
    let limit: Int

    /// Reads `cursor` and `limit`.
    init(_ query: [String: String]) throws(Problem) {
        cursor = query["cursor"]
        if let cursor, cursor.utf8.count > 200 || !cursor.utf8.allSatisfy(\.isNameByte) {
            throw .malformed("cursor \"\(shortened(cursor))\" is not one we gave; start without it")
        }
        guard let text = query["limit"] else {
            limit = 50
            return
        }
        guard let limit = Int(text), (1...Self.maximum).contains(limit) else {
            throw .malformed("limit \"\(shortened(text))\" is not a whole number from 1 to \(Self.maximum)")
        }
        self.limit = limit
    }

    /// Answers with the first ``limit`` of what was found; one more than that says that there is another page.
    func reply<T>(_ found: [T], id: (T) -> String, json: (T) -> JSONValue) -> Reply {
        let shown = found.prefix(limit)
        let next = found.count > limit ? shown.last.map(id) : nil
        return .json(
            .object(["items": .array(shown.map(json)), "next": next.map { .string($0) } ?? .null]))
    }

    /// The cursor as a place in an inbox.
    func inboxCursor() throws(Problem) -> InboxCursor? {
        guard let cursor else { return nil }
        guard let place = InboxCursor(cursor) else {
            throw .malformed("cursor \"\(shortened(cursor))\" is not one we gave; start without it")
        }
        return place
    }
}
