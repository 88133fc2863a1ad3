import Evidence

/// Receipts that found no delivery when they came.
extension ReceiptDesk {
    private static let page = 100

    /// Tries kept receipts again, those whose turn it is.
    ///
    /// Those whose delivery has appeared meanwhile are recorded. Those that have waited a day, and those that cannot be read
    /// any more because a key was changed since or the bytes were damaged, become entries that say so. Each is judged
    /// alone: one of them stops neither the others nor the server.
    ///
    /// - Returns: how many were settled.
    public func retryUnmatched(parsers: [any ReceiptParser]) async throws -> Int {
        let now = clock.now
        try await reportForgeries(now)
        var settled = try await recordHopeless(before: now.adding(.zero - Self.keepUnmatchedFor))
        var page: [UnmatchedReceipt]
        repeat {
            page = try await store.takeUnmatched(now: now, limit: Self.page)
            for kept in page where try await settle(kept, parsers) { settled += 1 }
        } while page.count == Self.page
        return settled
    }

    private func settle(_ kept: UnmatchedReceipt, _ parsers: [any ReceiptParser]) async throws -> Bool {
        // A feed that is not configured any more may be again before the day is over.
        guard let parser = parsers.first(where: { $0.feed == kept.feed }) else { return false }
        guard let raw = kept.raw else { return try await giveUp(kept, why: "the stored bytes cannot be opened") }
        let parsed: [ParsedReceipt]
        do {
            parsed = try parser.parse(raw, receivedAt: kept.receivedAt)
        } catch {
            // Not in the parser's words, which quote what a stranger wrote.
            return try await giveUp(kept, why: "it cannot be read any more by the parser of \(kept.feed)")
        }
        if let forgery = parsed.compactMap(\.forgery).first {
            return try await giveUp(kept, why: "it does not pass its check any more: \(forgery)")
        }
        let recordings = try await place(parsed.map { Incoming(parsed: $0, raw: raw, feed: kept.feed) })
        let isComplete = !recordings.contains(.unknownDelivery)
        guard isComplete else { return false }
        try await store.settleUnmatched([kept.id], evidence: [])
        return true
    }

    private func giveUp(_ kept: UnmatchedReceipt, why: String) async throws -> Bool {
        let entry = try recorder.entry(
            .unmatchedReceipt, at: clock.now,
            [
                "feed": .string(kept.feed), "receivedAt": .string(kept.receivedAt.rfc3339),
                "rawHash": kept.raw.map { .string(SHA256.hash($0).hex) } ?? .null, "why": .string(PeerWords(why).text),
            ])
        try await store.settleUnmatched([kept.id], evidence: [entry])
        return true
    }

    /// What nobody claims in a day was not ours, or names what we do not know: that it came is a fact all the same.
    ///
    /// One entry tells of many: strangers can send us mail, and must not be able to fill the log.
    private func recordHopeless(before: Timestamp) async throws -> Int {
        var settled = 0
        var page: [UnmatchedReceipt]
        repeat {
            page = try await store.unmatched(before: before, limit: Self.page)
            for (feed, kept) in Dictionary(grouping: page, by: \.feed) {
                let entry = try recorder.entry(
                    .unmatchedReceipt, at: clock.now,
                    [
                        "feed": .string(feed), "count": .integer(Int64(kept.count)),
                        "rawHashes": .array(
                            kept.map { $0.raw.map { .string(SHA256.hash($0).hex) } ?? .null }),
                        "receivedAt": .array(kept.map { .string($0.receivedAt.rfc3339) }),
                        "lookedForSeconds": .integer(Self.keepUnmatchedFor.components.seconds),
                    ])
                try await store.settleUnmatched(kept.map(\.id), evidence: [entry])
            }
            settled += page.count
        } while page.count == Self.page
        return settled
    }

    private func reportForgeries(_ now: Timestamp) async throws {
        for hour in try await store.unreportedForgeries(before: now, limit: Self.page) {
            let entry = try recorder.entry(
                .forgedReceiptRefused, at: now,
                [
                    "feed": .string(hour.feed), "hourFrom": .string(hour.begin.rfc3339),
                    "recorded": .integer(Int64(hour.recorded)), "more": .integer(Int64(hour.more)),
                    "why": "repeated, or beyond what an hour records one by one",
                ])
            try await store.reportForgeries(hour, evidence: [entry])
        }
    }
}
