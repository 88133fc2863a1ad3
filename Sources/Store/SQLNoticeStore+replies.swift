import Evidence
import Notices
import SQL

/// What recipients replied in one tap.
extension SQLNoticeStore {
    /// The row of a reply; nil for a receipt that is none.
    ///
    /// Its words are in the entry alone. What has to be looked into waits until the watch over clients has seen it.
    static func reply(_ record: ReceiptRecord) -> Query? {
        guard let reply = record.receipt.reply, let entry = record.evidence.always.first,
            let notice = entry.subject.notice, let person = entry.subject.recipient
        else { return nil }
        let at = record.receipt.happenedAt.at
        return """
            INSERT INTO notice_replies (entry, notice, delivery, person, reply, at, watch_at)
            VALUES (\(entry.id), \(notice), \(record.receipt.delivery.rawValue), \(person), \(reply.rawValue), \(at),
                \(reply == .oldContactCalls ? at : nil))
            """
    }

    /// Stores a reply unless the delivery has had its share; called with the delivery's row locked.
    static func insert(_ reply: Query, of delivery: String, _ tx: any SQLTransaction) throws {
        let count: Int =
            try tx.first("SELECT count(*) AS replies FROM notice_replies WHERE delivery = \(delivery)")?.get("replies")
            ?? 0
        guard count < NoticeReply.maximumCount else {
            throw NoticeError(
                .tooManyRequests,
                "\(NoticeReply.maximumCount) replies came on this way already; call the issuing entity for anything more"
            )
        }
        try tx.execute(reply)
    }
}
