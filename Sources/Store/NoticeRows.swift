import Evidence
import Foundation
import Notices
import SQL

/// Reads and writes notices as rows.
enum NoticeRows {
    /// The columns of a notice, under the alias `n`.
    static let columns: Query = """
        n.id AS n_id, n.number, n.kind, n.template_version, n.template_hash, n.language, n.priority AS n_priority,
        n.state AS n_state, n.approvals_needed, n.created_at AS n_created_at, n.sealed_at AS n_sealed_at, n.content_hash,
        n.document_hash, n.details, n.batch, n.key_owner
        """

    /// What a notice keeps as one JSON text, because it is read whole and never searched.
    struct Details: Codable, Hashable, Sendable {
        var issuer: IssuerSnapshot
        var author: Principal
        var plan: DeliveryPlan
        var legalBasis: [String]
        var handling: Notice.Handling
        /// Who has changed its words since it was written; like the author they cannot approve it.
        var editors: [String]?
        /// Who stands behind overrides of pre-flight findings, and must be among the approvers.
        var confirmers: [String]?
        /// The earlier notice this one reminds of.
        var remindsOf: String?
        /// Issued in a rehearsal; absent from what is meant.
        var rehearsal: Bool?
    }

    /// The details as stored once somebody has changed the words.
    static func details(_ text: String, editedBy editor: String) throws -> String {
        var details = try JSONDecoder().decode(Details.self, from: Data(text.utf8))
        details.editors = (details.editors ?? []).filter { $0 != editor } + [editor]
        return try SQLNoticeStore.json(details)
    }

    /// The details as they stay once the person was erased: why they were served is theirs.
    static func detailsWithoutBasis(_ text: String) throws -> String {
        var details = try JSONDecoder().decode(Details.self, from: Data(text.utf8))
        details.legalBasis = []
        return try SQLNoticeStore.json(details)
    }

    /// Everybody whose words a notice holds: its author and its editors.
    static func writers(_ text: String) throws -> Set<String> {
        let details = try JSONDecoder().decode(Details.self, from: Data(text.utf8))
        return Set((details.editors ?? []) + [details.author.id])
    }

    /// Whether it was issued in a rehearsal.
    static func isRehearsal(_ text: String) throws -> Bool {
        try JSONDecoder().decode(Details.self, from: Data(text.utf8)).rehearsal ?? false
    }

    /// Who must be among the approvers.
    static func confirmers(_ text: String) throws -> [String] {
        try JSONDecoder().decode(Details.self, from: Data(text.utf8)).confirmers ?? []
    }

    static func details(of notice: Notice) -> Details {
        Details(
            issuer: notice.issuer, author: notice.author, plan: notice.plan, legalBasis: notice.legalBasis,
            handling: notice.handling, confirmers: notice.confirmers.isEmpty ? nil : notice.confirmers,
            remindsOf: notice.remindsOf?.rawValue, rehearsal: notice.isRehearsal ? true : nil)
    }

    /// A notice out of its row and its recipients.
    static func notice(_ row: Row, recipients: [NoticeRecipient]) throws -> Notice {
        try notice(row, recipients: recipients) { try JSONDecoder().decode(Details.self, from: Data($0.utf8)) }
    }

    /// A notice out of its row and its recipients; `read` knows what the JSON of its details says.
    static func notice(
        _ row: Row, recipients: [NoticeRecipient], details read: (String) throws -> Details
    ) throws -> Notice {
        let details = try read(try row.get("details"))
        guard
            let priority = Priority(rawValue: try row.get("n_priority")),
            let state = NoticeState(rawValue: try row.get("n_state"))
        else {
            throw SQLError(
                .decoding, "notice \(try row.get("n_id", as: String.self)) has a priority or state we do not know")
        }
        return Notice(
            id: NoticeID(try row.get("n_id")), number: try row.get("number"), issuer: details.issuer,
            kind: try row.get("kind"), templateVersion: try row.get("template_version"),
            templateHash: try row.get("template_hash"), language: try row.get("language"), priority: priority,
            state: state, approvalsNeeded: try row.get("approvals_needed"), author: details.author,
            createdAt: try row.get("n_created_at"), sealedAt: try row.get("n_sealed_at"),
            contentHash: try row.get("content_hash"), documentHash: try row.get("document_hash"),
            recipients: recipients, plan: details.plan, legalBasis: details.legalBasis, handling: details.handling,
            batch: try row.get("batch"), confirmers: details.confirmers ?? [],
            remindsOf: details.remindsOf.map { NoticeID($0) }, isRehearsal: details.rehearsal ?? false)
    }

    /// What the sealed columns of a notice are bound to.
    static func place(_ part: String, _ id: String) -> String { "\(part) \(id)" }
}

/// A row whose sealed columns are opened once the keys are at hand.
struct SealedRecipient: Sendable {
    let notice: String
    let position: Int
    let person: String
    let snapshot: [UInt8]

    init(_ row: Row) throws {
        notice = try row.get("notice")
        position = try row.get("position")
        person = try row.get("person")
        snapshot = try row.get("snapshot")
    }

    /// The snapshot; after erasure only the person's id is left.
    func open(_ keys: [String: DataKey]) throws -> NoticeRecipient {
        guard let key = keys[person] else {
            return NoticeRecipient(
                Recipient(id: PersonID(person), externalID: nil, name: "", language: "zh-CN", addresses: []))
        }
        let bytes = try key.open(SealedBytes(bytes: snapshot), place: NoticeRows.place("recipient", notice))
        return try AddressRecords.recipient(bytes)
    }

    static func seal(_ recipient: NoticeRecipient, notice: NoticeID, key: DataKey) throws -> [UInt8] {
        try key.seal(
            AddressRecords.bytes(recipient), place: NoticeRows.place("recipient", notice.rawValue)
        ).bytes
    }
}
