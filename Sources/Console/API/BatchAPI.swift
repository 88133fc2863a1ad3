import Evidence
import Hummingbird
import Notices

/// Many notices in one request.
///
/// Every row is checked before the first is issued, and one bad row refuses them all, with a list of every fault by row.
/// Rows are then issued one by one, each under its own idempotency key: a batch that was interrupted is simply sent again.
struct BatchAPI: Sendable {
    /// The most notices in one request.
    static let maximumRows = 10_000
    /// The largest request; about 1,600 bytes a row when it is full.
    static let maximumBody = 16 << 20

    let services: ConsoleServices

    var endpoints: [Endpoint] {
        [Endpoint(.post, Site.batches, .scope(.issue), bodyLimit: Self.maximumBody, answer: issue)]
    }

    private func issue(_ call: Call) async throws -> Reply {
        let claim = try IdempotencyClaim(call)
        var reader = ObjectReader(body: try call.json())
        let elements = reader.elements("notices", maximum: Self.maximumRows, isRequired: true)
        let given = reader.optionalLine("batch", maximum: 100)
        if elements.isEmpty, reader.faults.isEmpty { reader.fault("notices", "is empty; give at least one notice") }
        try reader.finish()
        // Without a name of its own the batch is named after its key, so that a repetition finds the same name.
        let batch = given ?? "B-\(SHA256.hash(Array("\(claim.principal) \(claim.key)".utf8)).hex.prefix(16))"
        let rows = try read(elements, claim, batch)
        try await check(rows, by: call.principal)
        let twins = BatchTwins(rows) { (services.templates.template(kind: $0)?.settings.approvals ?? 0) > 0 }
        return answer(try await issuing.issue(rows, by: call.principal), twins, batch: batch)
    }

    /// Programs are told in English, as everywhere; the notices of one batch may be in several languages.
    private var issuing: BatchIssue { BatchIssue(services: services, language: .english) }

    private func read(_ elements: [JSONValue], _ claim: IdempotencyClaim, _ batch: String) throws -> [BatchIssue.Row] {
        var rows: [BatchIssue.Row] = []
        var faults: [NoticeError.Fault] = []
        for (index, element) in elements.enumerated() {
            do throws(NoticeError) {
                let request = try IssueRequest(body: element, path: "notices[\(index)]", batch: batch)
                rows.append(BatchIssue.Row(index: index, request: request, claim: claim.row(index, element)))
            } catch { faults += error.faults }
        }
        try Self.refuse(faults)
        return rows
    }

    /// Renders every row without storing anything; what is open refuses all of them.
    private func check(_ rows: [BatchIssue.Row], by principal: Principal) async throws {
        let checked = try await issuing.check(rows, by: principal)
        var faults: [NoticeError.Fault] = []
        for (row, found) in zip(rows, checked) {
            let path = "notices[\(row.index)]"
            faults += found.faults.map {
                $0.at($0.field.isEmpty ? path : "\(path).\($0.field)")
            }
            faults += found.findings.map { .init(field: "\(path).\($0.id)", message: "\($0.en) [\($0.basis)]") }
        }
        try Self.refuse(faults)
    }

    private static func refuse(_ faults: [NoticeError.Fault]) throws {
        guard !faults.isEmpty else { return }
        throw NoticeError(
            .invalid, "nothing was issued: \(NoticeError.needCorrection(faults.count))", faults: faults)
    }

    private func answer(_ results: [BatchIssue.Result], _ twins: BatchTwins, batch: String) -> Reply {
        let outcome = BatchOutcome(results)
        let rows: [JSONValue] = results.enumerated().map { index, result in
            switch result {
            case .issued(let notice):
                var members = notice.members(twins[index])
                members["index"] = .integer(Int64(index))
                members["replayed"] = .bool(notice.isReplay)
                return .object(members)
            case .refused(let problem):
                return .object(["index": .integer(Int64(index)), "problem": problem.json])
            }
        }
        let isIssued = outcome.issued > 0
        return .json(
            .object([
                "batch": .string(batch), "accepted": .integer(Int64(outcome.accepted)),
                "replayed": .integer(Int64(outcome.replayed)), "refused": .integer(Int64(outcome.refused)),
                "results": .array(rows),
            ]), status: isIssued ? 202 : outcome.refusalStatus, headers: isIssued ? [] : outcome.refusalHeaders)
    }
}
