import Evidence
import Notices
import SQL

/// What follows when deliveries end: the plan goes on, or the notice is closed.
extension SQLNoticeStore {
    /// A notice is closed once every delivery has ended and no rung waits; a waybill nobody has filled in has not ended.
    static func closeFinished(deliveries: [String], _ tx: any SQLTransaction) throws {
        for part in deliveries.chunks(of: 500) {
            let notices: Set<String> = Set(
                try tx.query("SELECT notice FROM deliveries WHERE id IN \(list: part)").map { try $0.get("notice") })
            try tx.execute(
                "UPDATE notices SET state = 'closed' WHERE id IN \(list: notices.sorted()) AND \(isFinished)")
        }
    }

    /// What makes a notice under way a finished one.
    ///
    /// By `IS TRUE` it is no condition to look for in the index of states: as many may be under way as there are.
    static let isFinished: Query = """
        (state = 'dispatching') IS TRUE
            AND NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.notice = notices.id
                AND (d.due_at IS NOT NULL OR d.state IN ('queued', 'attempting', 'deferred')))
            AND NOT EXISTS (SELECT 1 FROM rungs r WHERE r.notice = notices.id AND r.settled_at IS NULL)
        """

    /// Makes the next step of the plan due for the persons of these deliveries, where they have ended without success.
    ///
    /// "Next" is the step after the delivery's own, so that a step is brought forward once at most and never two of them by
    /// one failure. What a stronger receipt has overtaken brings nothing forward.
    static func bringForward(_ deliveries: [String], at now: Timestamp?, _ tx: any SQLTransaction) throws {
        guard let now else { return }
        for delivery in deliveries {
            try tx.execute(
                """
                UPDATE rungs SET planned_at = due_at, due_at = \(now), brought_by = \(delivery)
                WHERE settled_at IS NULL AND due_at > \(now) AND (notice, person, position) IN (
                    SELECT d.notice, d.person, d.rung + 1 FROM deliveries d
                    WHERE d.id = \(delivery) AND d.state IN ('refused', 'failed', 'expired'))
                """)
        }
    }
}
