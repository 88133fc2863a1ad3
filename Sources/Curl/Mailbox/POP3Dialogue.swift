/// One visit to a POP3 maildrop.
struct POP3Dialogue {
    private let link: MailboxLink
    private let name: String

    init(_ mailbox: Mailbox) throws(MailboxFailure) {
        link = try MailboxLink(mailbox)
        name = mailbox.name
    }

    func fetch(since cursor: MailboxCursor?, limit: Int, maxBytes: Int) throws(MailboxFailure) -> MailboxBatch {
        let listed = try listIDs()
        let sizes = try listSizes()
        let known = Set(cursor?.seen ?? [])
        let fresh = listed.filter { !known.contains($0.uid) }
        var messages: [MailboxMessage] = []
        for entry in fresh.prefix(limit) {
            let isTruncated = sizes[entry.number].map { $0 > maxBytes } ?? false
            if isTruncated {
                // Header only: TOP counts lines, not bytes, and any line may be long.
                try link.run("", command: "TOP \(entry.number) 0")
            } else {
                try link.run("\(entry.number)", limit: maxBytes + 1024)
            }
            let bytes = Array(link.body.prefix(maxBytes))
            messages.append(MailboxMessage(uid: entry.uid, bytes: bytes, isTruncated: isTruncated))
        }
        // Only what is still there needs remembering; the list stays as short as the maildrop.
        let returned = Set(messages.map(\.uid))
        let seen = listed.map(\.uid).filter { known.contains($0) || returned.contains($0) }
        return MailboxBatch(
            messages: messages, cursor: MailboxCursor(seen: seen), hasMore: fresh.count > messages.count)
    }

    func remove(_ messages: [MailboxUID], movingTo folder: String?) throws(MailboxFailure) {
        guard folder == nil else { throw link.failure("move", "POP3 has no folders; delete, or use IMAP") }
        let wanted = Set(messages)
        for entry in try listIDs() where wanted.contains(entry.uid) {
            try link.run("", command: "DELE \(entry.number)", hasBody: false)
        }
        // The server deletes at QUIT, which libcurl says when the handle is released at the end of this visit.
    }

    private func listIDs() throws(MailboxFailure) -> [(number: Int, uid: MailboxUID)] {
        try link.run("", command: "UIDL")
        return rows().map { (number: $0, uid: MailboxUID(rawValue: $1)) }
    }

    private func listSizes() throws(MailboxFailure) -> [Int: Int] {
        try link.run("", command: "LIST")
        var sizes: [Int: Int] = [:]
        for (number, text) in rows() { sizes[number] = Int(text) }
        return sizes
    }

    private func rows() -> [(Int, String)] {
        link.body.split(separator: 0x0A).compactMap { line in
            let words = String(decoding: line, as: UTF8.self).split(whereSeparator: \.isWhitespace)
            guard words.count >= 2, let number = Int(words[0]) else { return nil }
            return (number, String(words[1]))
        }
    }
}
