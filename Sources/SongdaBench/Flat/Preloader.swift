import ArgumentParser
import Evidence
import Notices
import Store

/// Fills a store with notices, as the pipeline would have left them, much faster than the pipeline.
///
/// Some go the whole way by themselves and are the patterns of the others, which are written by the store's own verbs, many
/// in a transaction. Every entry is signed, every row sealed, and the sequencer runs as it always does.
struct Preloader {
    /// What the notices are and how far they have come.
    enum Kind: String, ExpressibleByArgument {
        /// In the inbox, sent by mail, accepted.
        case served
        /// Sealed text messages that are due.
        case dueTexts = "due-texts"
    }

    private static let patterns = 32
    private static let batch = 256
    private static let lanes = 4
    /// The same in a store of any size, so that a page of one person's notices is the same work.
    static let noticesEach = 20

    let gateway: BenchGateway
    let kind: Kind

    /// How many people share so many notices.
    static func people(for count: Int) -> Int { max(1, count / noticesEach) }

    /// Somebody whose name nobody else has, so that who is searched for is one person in a store of any size.
    static func person(_ index: Int) -> Recipient {
        Recipient(
            id: PersonID("staff-\(index)"), externalID: "E\(index)", name: name(index), language: "zh-CN",
            addresses: [
                ServiceAddress(channel: .email, value: "staff\(index)@example.com"),
                ServiceAddress(channel: .sms, value: "+86139\(10_000_000 + index)"),
            ])
    }

    static func name(_ index: Int) -> String { "\(Corpus.name(index))\(index)" }

    /// Fills the store.
    func fill(_ count: Int) async throws {
        let people = Self.people(for: count)
        try await gateway.addIssuer()
        try await concurrently(people, width: 256) { [gateway] in try await gateway.add(Self.person($0)) }
        let patterns = try await makePatterns(min(Self.patterns, count), to: people)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { [gateway] in try await gateway.sequencer.run() }
            try await copy(patterns, until: count, to: people)
            group.cancelAll()
            while let result = await group.nextResult() {
                if case .failure(let error) = result, !(error is CancellationError) { throw error }
            }
        }
        try await gateway.drainLog()
        guard case .stamped = try await gateway.stamper.step() else {
            throw BenchError("the end of the log that was filled could not be stamped")
        }
    }

    /// Sends some all the way, or as far as these are to come.
    private func makePatterns(_ count: Int, to people: Int) async throws -> [NoticePattern] {
        let name = kind == .served ? BenchTemplate.served : BenchTemplate.text
        for index in 0..<count {
            try await gateway.issue(index, kind: name, to: Self.person(index % people).id)
        }
        while try await gateway.sealer.runOnce() > 0 {}
        while try await gateway.dispatcher.runOnce() > 0 {}
        try await gateway.drainLog()
        var patterns: [NoticePattern] = []
        for id in try await gateway.notices() { patterns.append(try await NoticePattern(id, in: gateway)) }
        return patterns
    }

    private func copy(_ patterns: [NoticePattern], until count: Int, to people: Int) async throws {
        let missing = count - patterns.count
        let batches = (missing + Self.batch - 1) / Self.batch
        try await concurrently(batches, width: Self.lanes) { [gateway] batch in
            let range = (batch * Self.batch)..<min((batch + 1) * Self.batch, missing)
            let copies = try range.map { index in
                try patterns[index % patterns.count].copy(
                    for: Self.person((patterns.count + index) % people), index: index, by: gateway)
            }
            try await Self.store(copies, in: gateway.store)
        }
    }

    /// Writes a batch, each step of it in one transaction.
    private static func store(_ copies: [NoticeCopy], in store: SQLNoticeStore) async throws {
        // Each is a transaction of its own to whoever calls, and all of them share a commit.
        try await withThrowingTaskGroup(of: Void.self) { group in
            for copy in copies { group.addTask { _ = try await store.accept(copy.new, evidence: copy.issued) } }
            try await group.waitForAll()
        }
        let sealed = try await store.recordSealed(copies.map(\.sealRecord))
        let intents = copies.flatMap(\.intents)
        let begun = intents.isEmpty ? [] : try await store.recordIntents(intents)
        let outcomes = copies.flatMap(\.outcomes)
        let fenced = outcomes.isEmpty ? [] : try await store.recordOutcomes(outcomes)
        guard sealed.count == copies.count, begun.count == intents.count, fenced.isEmpty else {
            throw BenchError(
                "of \(copies.count) notices to fill the store with, \(sealed.count) were sealed and \(begun.count) begun"
            )
        }
    }
}
