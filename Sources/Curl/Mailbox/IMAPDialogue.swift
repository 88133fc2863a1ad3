/// One visit to an IMAP folder.
struct IMAPDialogue {
    private let link: MailboxLink
    private let folder: String

    /// UIDs asked for at once: the reply is one line and must fit libcurl's buffer.
    private static let window: UInt64 = 20_000

    init(_ mailbox: Mailbox) throws(MailboxFailure) {
        link = try MailboxLink(mailbox)
        folder = mailbox.folder.replacing(" ", with: "%20")
    }

    func fetch(since cursor: MailboxCursor?, limit: Int, maxBytes: Int) throws(MailboxFailure) -> MailboxBatch {
        let (validity, nextUID) = try select()
        // Another UIDVALIDITY means that the numbers say nothing about what was read (RFC 9051, 2.3.1.1).
        let last = cursor.map { $0.validity == validity ? $0.lastUID : 0 } ?? 0
        var (wanted, hasMore) = try search(after: last, until: nextUID, limit: limit)
        if wanted.count > limit {
            hasMore = true
            wanted.removeLast(wanted.count - limit)
        }
        var messages: [MailboxMessage] = []
        for uid in wanted {
            if let message = try fetch(uid, maxBytes: maxBytes) { messages.append(message) }
        }
        // Without a limit reached, everything below UIDNEXT has been looked at, even where nothing is left.
        let reached = hasMore ? wanted.last ?? last : max(last, UInt32(clamping: max(nextUID, 1) - 1))
        return MailboxBatch(
            messages: messages, cursor: MailboxCursor(validity: validity, lastUID: reached), hasMore: hasMore)
    }

    func remove(_ messages: [MailboxUID], in cursor: MailboxCursor, movingTo target: String?) throws(MailboxFailure) {
        guard try select().validity == cursor.validity else {
            throw link.failure("remove", "the server has renumbered its messages; fetch again")
        }
        let uids = messages.compactMap { UInt32($0.rawValue) }
        guard uids.count == messages.count else { throw link.failure("remove", "a message id is not a number") }
        let capabilities = try capabilities()
        for start in stride(from: 0, to: uids.count, by: 500) {
            let set = uids[start..<min(start + 500, uids.count)].map(String.init).joined(separator: ",")
            if let target {
                guard MailboxLink.isFolder(target) else {
                    throw link.failure(
                        "move", "folder \(Quoted(target.utf8)) may have letters, digits, space and -_./ only")
                }
                if capabilities.contains("MOVE") {
                    try link.run(folder, command: "UID MOVE \(set) \"\(target)\"")
                    continue
                }
                try link.run(folder, command: "UID COPY \(set) \"\(target)\"")
            }
            try link.run(folder, command: "UID STORE \(set) +FLAGS.SILENT (\\Deleted)")
            // A plain EXPUNGE would also take what someone else has marked.
            try link.run(folder, command: capabilities.contains("UIDPLUS") ? "UID EXPUNGE \(set)" : "EXPUNGE")
        }
    }

    /// Opens the folder and reads what its messages' numbers mean now.
    private func select() throws(MailboxFailure) -> (validity: UInt32, nextUID: UInt64) {
        try link.run(folder, command: "NOOP")
        guard let validity = number(after: "[UIDVALIDITY ").flatMap(UInt32.init(exactly:)) else {
            throw link.failure("select", "the server gave no UIDVALIDITY")
        }
        guard let next = number(after: "[UIDNEXT ") else { throw link.failure("select", "the server gave no UIDNEXT") }
        return (validity, next)
    }

    private func capabilities() throws(MailboxFailure) -> Set<String> {
        try link.run(folder, command: "CAPABILITY")
        return Set(
            (link.replyLines + lines(of: link.body)).filter { $0.hasPrefix("* CAPABILITY") }
                .flatMap { $0.split(separator: " ").map { $0.uppercased() } })
    }

    private func number(after key: String) -> UInt64? {
        for line in link.replyLines {
            guard let range = line.firstRange(of: key) else { continue }
            return UInt64(line[range.upperBound...].prefix { $0.isASCII && $0.isNumber })
        }
        return nil
    }

    /// The UIDs above `last` in ascending order, until there are more than `limit`.
    private func search(
        after last: UInt32, until nextUID: UInt64, limit: Int
    ) throws(MailboxFailure) -> (uids: [UInt32], hasMore: Bool) {
        var found: [UInt32] = []
        var low = UInt64(last) + 1
        while low < nextUID {
            let high = min(low + Self.window, nextUID) - 1
            try link.run(folder, command: "UID SEARCH UID \(low):\(high)")
            let range = low...high
            let uids = lines(of: link.body).filter { $0.hasPrefix("* SEARCH") }
                .flatMap { $0.split(separator: " ").compactMap { UInt32($0) } }
                .filter { range.contains(UInt64($0)) }
            found += uids.sorted()
            low = high + 1
            if found.count >= limit, low < nextUID { return (found, true) }
        }
        return (found, false)
    }

    /// One message, or its beginning; nil when someone removed it meanwhile.
    private func fetch(_ uid: UInt32, maxBytes: Int) throws(MailboxFailure) -> MailboxMessage? {
        try link.run(folder, command: "UID FETCH \(uid) (UID RFC822.SIZE)")
        guard let size = size(in: lines(of: link.body) + link.replyLines) else { return nil }
        let isTruncated = size > maxBytes
        let part = isTruncated ? "/;PARTIAL=0.\(maxBytes)" : ""
        // The URL form: with a command of our own libcurl gives literals to the header channel, cut into lines.
        try link.run("\(folder)/;UID=\(uid)\(part)", limit: max(maxBytes, size) + 1024)
        return MailboxMessage(uid: MailboxUID(rawValue: String(uid)), bytes: link.body, isTruncated: isTruncated)
    }

    private func size(in lines: [String]) -> Int? {
        for line in lines {
            guard let range = line.firstRange(of: "RFC822.SIZE ") else { continue }
            return Int(line[range.upperBound...].prefix { $0.isASCII && $0.isNumber })
        }
        return nil
    }

    private func lines(of bytes: [UInt8]) -> [String] {
        bytes.split(separator: 0x0A).map { line in
            String(decoding: line.last == 0x0D ? line.dropLast() : line, as: UTF8.self)
        }
    }
}
