import Evidence
import Notices

/// What a caller hears once a notice is on disk; the same words however often the request is repeated.
struct IssuedNotice: Sendable {
    let id: NoticeID
    let number: String
    let state: NoticeState
    let contentHash: Digest
    let isRehearsal: Bool
    let isReplay: Bool
    /// What the author should know, though it was issued.
    let warnings: [FieldFault]

    /// Tells what was accepted, as it was then: an edit or approval meanwhile does not change the answer.
    init(_ acceptance: Acceptance, _ services: ConsoleServices) async throws {
        let reader = services.reader
        switch acceptance {
        case .accepted(let id): (self.id, isReplay) = (id, false)
        case .replayed(let id): (self.id, isReplay) = (id, true)
        }
        guard let notice = try await reader.notice(id) else {
            throw NoticeError(.unavailable, "notice \(id) was accepted and cannot be read; ask for it by its id")
        }
        number = notice.number
        isRehearsal = notice.isRehearsal
        state = notice.approvalsNeeded > 0 ? .awaitingApproval : .approved
        contentHash = isReplay ? try await Self.firstHash(of: notice, reader) : notice.contentHash
        let earlier = try? await services.pipeline.issue.repeats(
            kind: notice.kind, to: notice.recipients, isRehearsal: notice.isRehearsal, before: id)
        // It is on disk: an earlier one that cannot be read must not keep that from whoever issued it.
        warnings = earlier ?? []
    }

    /// The hash in the entry that was written when the notice was issued.
    private static func firstHash(of notice: Notice, _ reader: any NoticeReader) async throws -> Digest {
        // Without a need for approval nothing can be edited.
        guard notice.approvalsNeeded > 0 else { return notice.contentHash }
        let entry = try await reader.entries(of: notice.id).first { $0.event == .noticeIssued }
        let body = try entry?.body.map { try EntryBody(parsing: $0) }
        return body?.facts["contentHash"]?.string.flatMap { Digest(hex: $0) } ?? notice.contentHash
    }

    /// The answer, with what else is to be warned of.
    func members(_ more: [FieldFault] = []) -> [String: JSONValue] {
        [
            "id": .string(id.rawValue), "number": .string(number), "state": .string(state.rawValue),
            "contentHash": .string(contentHash.hex), "rehearsal": .bool(isRehearsal),
            "warnings": .array((warnings + more).map(\.json)),
        ]
    }

    var json: JSONValue { .object(members()) }
}
