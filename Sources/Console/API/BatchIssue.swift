import Evidence
import Notices

/// Checks many notices before the first is issued, then issues them row by row, each under its own idempotency key.
struct BatchIssue: Sendable {
    /// Rows under way at once: enough for the store to commit them in groups.
    private static let width = 64

    let services: ConsoleServices
    /// In which every refusal of the batch is told, whatever the languages of its notices.
    let language: NoticeLanguage

    /// One notice of the batch.
    struct Row: Sendable {
        let index: Int
        let request: IssueRequest
        let claim: IdempotencyClaim
    }

    /// What is open in a row.
    struct Check: Sendable {
        /// What has to be corrected; a fault without a field is about the row as a whole.
        var faults: [NoticeError.Fault] = []
        /// What stands against it and was not overridden.
        var findings: [PreflightFinding] = []

        var isClean: Bool { faults.isEmpty && findings.isEmpty }
    }

    /// What became of a row.
    enum Result: Sendable {
        case issued(IssuedNotice)
        case refused(Problem)
    }

    /// Renders every row without storing anything.
    func check(_ rows: [Row], by principal: Principal) async throws -> [Check] {
        let (desk, language) = (services.pipeline.issue, language)
        let approvers = try await approvers(for: rows)
        return try await inParallel(rows) { row in
            do {
                return Check(
                    findings: try await desk.check(
                        row.request, by: principal, approvers: approvers, telling: language))
            } catch let error as NoticeError where error.code != .unavailable {
                return Check(
                    faults: error.faults.isEmpty ? [.init(field: "", message: .said(error.reason))] : error.faults)
            }
        }
    }

    /// Issues the rows.
    func issue(_ rows: [Row], by principal: Principal) async throws -> [Result] {
        let (services, language) = (services, language)
        let approvers = try await approvers(for: rows)
        return try await inParallel(rows) { row in
            do {
                let acceptance = try await services.pipeline.issue.issue(
                    row.request, by: principal, idempotency: row.claim, approvers: approvers,
                    telling: language)
                return .issued(try await IssuedNotice(acceptance, services))
            } catch {
                // The rows already issued are told; a fault of ours stops the batch, which can be sent again. A database that is
                // away makes each row wait for it.
                guard !(error is any PassingFault), let problem = Problem(known: error) else { throw error }
                return .refused(problem)
            }
        }
    }

    /// Everybody who may approve, read once for all rows; nobody needs it where nothing is overridden.
    private func approvers(for rows: [Row]) async throws -> [Approver] {
        rows.contains { !$0.request.overrides.isEmpty } ? try await services.pipeline.issue.approvers() : []
    }

    /// Works through rows a bounded number at a time and keeps their order.
    private func inParallel<T: Sendable>(
        _ rows: [Row], _ work: @escaping @Sendable (Row) async throws -> T
    ) async throws -> [T] {
        try await withThrowingTaskGroup(of: (Int, T).self) { group in
            var results: [Int: T] = [:]
            var waiting = rows[...]
            func begin() {
                guard let row = waiting.popFirst() else { return }
                group.addTask { (row.index, try await work(row)) }
            }
            for _ in 0..<Self.width { begin() }
            while let (index, value) = try await group.next() {
                results[index] = value
                begin()
            }
            return rows.compactMap { results[$0.index] }
        }
    }
}
