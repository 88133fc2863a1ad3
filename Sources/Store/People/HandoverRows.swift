import Evidence
import Notices
import People
import SQL

/// Turns the rows of a handover into its values and back.
struct HandoverRows: Sendable {
    let handover: Row
    let stages: [Row]
    let items: [Row]
    let confirmations: [Row]
    let files: [Row]

    static let columns: Query = """
        h.id, h.person, h.kind, h.notice_on, h.last_day, h.earliest_last_day, h.rule, h.warning_zh, h.warning_en, h.issuer,
        h.opened_at, h.listed_at, h.rules, h.officer, h.successor, h.reviewer, h.clients_passed_at, h.data_passed_at,
        h.formalities_passed_at, h.frozen_at, h.cleared_at, h.access_due_at, h.access_closed_at, h.ended_at, h.withdrawn_at,
        h.version
        """

    /// Where sealed bytes belong, so that rows cannot be exchanged for one another.
    static func place(_ what: String, _ id: String) -> String { "handover \(what) of \(id)" }

    func record(_ key: DataKey) throws -> HandoverRecord {
        let confirmations = try Dictionary(grouping: confirmations) { try $0.get("item", as: String.self) }
        let files = try Dictionary(grouping: files) { try $0.get("item", as: String.self) }
        return HandoverRecord(
            handover: try Self.handover(handover, stages: stages),
            items: try items.map { row in
                let id: String = try row.get("id")
                return try Self.item(row, confirmations: confirmations[id] ?? [], files: files[id] ?? [], key)
            })
    }

    static func handover(_ row: Row, stages: [Row]) throws -> HandoverCase {
        var warning: BilingualText?
        if let zh: String = try row.get("warning_zh", as: String?.self) {
            warning = BilingualText(zh: zh, en: try row.get("warning_en"))
        }
        var closure: AccessClosure?
        if let due: Timestamp = try row.get("access_due_at", as: Timestamp?.self) {
            closure = AccessClosure(triggeredAt: due, closedAt: try row.get("access_closed_at"))
        }
        var passed: [HandoverStep: Timestamp] = [:]
        for step in HandoverStep.allCases {
            passed[step] = try row.get("\(step.rawValue)_passed_at", as: Timestamp?.self)
        }
        return HandoverCase(
            id: HandoverID(try row.get("id")), person: PersonID(try row.get("person")), kind: try word(row, "kind"),
            noticeOn: try row.get("notice_on"),
            lastDay: LastDay(
                day: try row.get("last_day"), earliest: try row.get("earliest_last_day"), rule: try row.get("rule"),
                warning: warning),
            issuer: try row.get("issuer", as: String?.self).map { IssuerID($0) }, openedAt: try row.get("opened_at"),
            listedAt: try row.get("listed_at"), rules: try row.get("rules"), officer: PersonID(try row.get("officer")),
            successor: try row.get("successor", as: String?.self).map { PersonID($0) },
            reviewer: try row.get("reviewer", as: String?.self).map { PersonID($0) },
            stages: try stages.map { row in
                StageRecord(
                    stage: try word(row, "stage"), owner: try row.get("owner", as: String?.self).map { PersonID($0) },
                    dueOn: try row.get("due_on"), startedAt: try row.get("started_at"),
                    closedAt: try row.get("closed_at"))
            },
            passed: passed, frozenAt: try row.get("frozen_at"), clearedAt: try row.get("cleared_at"), closure: closure,
            endedAt: try row.get("ended_at"), withdrawnAt: try row.get("withdrawn_at"), version: try row.get("version"))
    }

    private static func item(_ row: Row, confirmations: [Row], files: [Row], _ key: DataKey) throws -> HandoverItem {
        let id: String = try row.get("id")
        return HandoverItem(
            id: HandoverItemID(id), kind: try word(row, "kind"), origin: try row.get("origin"),
            content: try json(try row.get("content"), place("content", id), key),
            submission: try row.get("submission", as: [UInt8]?.self).map {
                try json($0, place("submission", id), key)
            },
            amount: try row.get("amount", as: Int64?.self).map { Amount(fen: $0) },
            isKey: try row.get("is_key", as: Int.self) == 1, dueOn: try row.get("due_on"),
            state: try word(row, "state"),
            round: try row.get("round"), head: try row.get("head"), files: try files.map { try file($0, key) },
            confirmations: try confirmations.map { row in
                ItemConfirmation(
                    party: try word(row, "party"), by: try row.get("given_by"), at: try row.get("given_at"),
                    contentHash: try row.get("content_hash"),
                    statement: try json(try row.get("statement"), place("statement", id), key))
            })
    }

    static func file(_ row: Row, _ key: DataKey) throws -> HandoverFile {
        let id: String = try row.get("id")
        let name = try key.open(SealedBytes(bytes: try row.get("name")), place: place("file name", id))
        return HandoverFile(
            id: HandoverFileID(id), name: String(decoding: name, as: UTF8.self), type: try row.get("type"),
            purpose: try word(row, "purpose"), size: try row.get("size"), hash: try row.get("hash"),
            by: try row.get("added_by"), at: try row.get("added_at"))
    }

    static func message(_ row: Row, _ key: DataKey) throws -> HandoverMessage {
        let id: String = try row.get("id")
        return HandoverMessage(
            id: id, handover: HandoverID(try row.get("handover")),
            item: try row.get("item", as: String?.self).map { HandoverItemID($0) }, kind: try row.get("kind"),
            person: PersonID(try row.get("person")), fields: try json(try row.get("fields"), place("message", id), key),
            notice: try row.get("notice", as: String?.self).map { NoticeID($0) }, failure: try row.get("failure"))
    }

    private static func json(_ sealed: [UInt8], _ place: String, _ key: DataKey) throws -> JSONValue {
        try JSONValue(parsing: try key.open(SealedBytes(bytes: sealed), place: place))
    }

    private static func word<T: RawRepresentable>(_ row: Row, _ column: String) throws -> T where T.RawValue == String {
        let text: String = try row.get(column)
        guard let value = T(rawValue: text) else {
            throw PeopleError(
                .unavailable, "\(column) holds the unknown word \"\(text.prefix(40))\"; run `songda audit`")
        }
        return value
    }
}
