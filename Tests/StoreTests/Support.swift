import Evidence
import Notices
import SQL
import TestSupport
import Testing

@testable import Store

extension SQLTransaction {
    /// Takes the append-only triggers away, as an insider with the console would.
    func dropTriggers() throws {
        switch dialect {
        case .sqlite:
            for row in try query("SELECT name FROM sqlite_master WHERE type = 'trigger'") {
                try execute(Query(stringLiteral: "DROP TRIGGER \(try row.get("name", as: String.self))"))
            }
        case .postgres:
            for table in ["evidence_entries", "merkle_tiles", "checkpoints"] {
                try execute(Query(stringLiteral: "ALTER TABLE \(table) DISABLE TRIGGER USER"))
            }
        }
    }

    /// Sets one column of some rows.
    func set(_ column: String, to value: SQLValue, in table: String, where condition: Query) throws {
        try execute(Query(stringLiteral: "UPDATE \(table) SET \(column) = ") + "\(value) WHERE " + condition)
    }
}

extension SQLValue {
    /// Another value of the same class: a flipped bit, one more, one letter more.
    var altered: SQLValue {
        switch self {
        case .blob(var bytes):
            if bytes.isEmpty { return .blob([1]) }
            bytes[bytes.count / 2] ^= 1
            return .blob(bytes)
        case .integer(let number): return .integer(number + 1)
        case .text(let text): return .text(text + "x")
        case .real(let number): return .real(number + 1)
        case .null: return .null
        }
    }
}

extension TestGateway {
    /// A lease of this gateway's worker.
    func lease(owner: String = "one", for span: Duration = .seconds(1200)) -> Lease {
        Lease(owner: owner, now: clock.now, until: clock.now.adding(span))
    }

    /// A client notice sealed and queued, and its delivery by mail.
    func queuedMail(to person: PersonID = PersonID("p-zhangsan")) async throws -> Delivery {
        let id = try await issue(clientContactChange(to: [person]))
        while try await pipeline.seal.runOnce() > 0 {}
        return try #require(try await deliveries(of: id, .email).first)
    }

    /// An intent as the dispatcher would write it.
    func intent(_ claim: DeliveryClaim, number: Int = 1, fence: Int64? = nil) throws -> AttemptIntent {
        AttemptIntent(
            delivery: claim.delivery.id, fence: fence ?? claim.fence, number: number, route: RouteID("relay-a"),
            startedAt: clock.now,
            evidence: [
                try recorder.entry(.attemptStarted, delivery: claim.delivery, attempt: number, at: .ours(clock.now))
            ])
    }

    /// An outcome as the dispatcher would write it.
    func outcome(
        _ claim: DeliveryClaim, _ state: DeliveryState = .accepted, number: Int = 1, dueAt: Timestamp? = nil,
        expectBy: Timestamp? = nil, reference: String? = "ref-1", reason: String = "250 ok"
    ) throws -> AttemptRecord {
        let event: EvidenceEvent =
            switch state {
            case .accepted: .attemptAccepted
            case .deferred: .attemptDeferred
            case .refused: .attemptRefused
            default: .outcomeUnknown
            }
        return AttemptRecord(
            delivery: claim.delivery.id, fence: claim.fence, number: number, state: state, reason: reason,
            reference: reference, finishedAt: .ours(clock.now), dueAt: dueAt, expectReceiptBy: expectBy,
            transcript: ["< \(reason)"],
            evidence: [try recorder.entry(event, delivery: claim.delivery, attempt: number, at: .ours(clock.now))])
    }

    /// A receipt about a delivery.
    func receipt(
        _ delivery: DeliveryID, _ state: DeliveryState?, key: String = "r-1", source: Receipt.Source = .dsn
    ) -> Receipt {
        Receipt(
            source: source, delivery: delivery, dedupeKey: key, state: state, reason: "as the receipt says",
            happenedAt: ObservedTime(at: clock.now, clock: "smtp:mx.example.com"), raw: Array("raw".utf8))
    }

    /// Records a receipt with its entry.
    @discardableResult
    func record(
        _ delivery: Delivery, _ state: DeliveryState?, key: String = "r-1"
    ) async throws -> ReceiptRecording {
        try await store.record(
            receipt(delivery.id, state, key: key),
            evidence: [
                try recorder.entry(
                    .receiptDelivered, delivery: delivery, at: .ours(clock.now),
                    state.map { ["claims": .string($0.rawValue)] } ?? [:])
            ])
    }

    /// How many rows a table has.
    func count(_ table: String, where condition: String = "1 = 1") async throws -> Int {
        try await database.read { tx in
            try tx.first(Query(stringLiteral: "SELECT count(*) AS n FROM \(table) WHERE \(condition)"))?.get("n") ?? 0
        }
    }
}

extension SQLNoticeStore {
    /// Gives several claims back for one reason.
    func postpone(_ claims: [DeliveryClaim], until: Timestamp, reason: String) async throws {
        try await postpone(claims.map { Postponement(claim: $0, until: until, reason: reason) })
    }
}

/// Expects a refusal of one code, and its sentence to hold some words.
func expectRefusal(
    _ code: NoticeError.Code, _ words: String = "", sourceLocation: SourceLocation = #_sourceLocation,
    _ body: () async throws -> Void
) async {
    do {
        try await body()
        Issue.record("nothing was refused", sourceLocation: sourceLocation)
    } catch let error as NoticeError {
        #expect(error.code == code, "\(error)", sourceLocation: sourceLocation)
        #expect(words.isEmpty || error.description.contains(words), "\(error)", sourceLocation: sourceLocation)
    } catch {
        Issue.record("\(error)", sourceLocation: sourceLocation)
    }
}
