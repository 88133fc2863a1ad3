import Evidence
import Notices
import People
import SQL

extension SQLPeopleStore {
    // MARK: Reading

    /// One review with its lines opened; none once the person was erased.
    public func review(_ id: ReviewID) async throws -> Review? { try await reviews("WHERE id = \(id.rawValue)").first }

    /// By month.
    public func reviews(of person: PersonID) async throws -> [Review] {
        try await reviews("WHERE person = \(person.rawValue) ORDER BY month")
    }

    private func reviews(_ condition: Query) async throws -> [Review] {
        let rows = try await database.read { tx in
            try tx.query(
                """
                SELECT id, person, month, version, state, scored_by, approved_by, signed_version, signed_hash, signed_at,
                    statement FROM reviews \(condition)
                """)
        }
        let keys = try await keys.existingKeys(for: Set(try rows.map { try $0.get("person") }))
        var found: [Review] = []
        for row in rows {
            let (id, person): (String, String) = (try row.get("id"), try row.get("person"))
            guard let key = keys[person],
                let version = try await version(try row.get("version"), of: ReviewID(id), key)
            else { continue }
            var signature: Review.Signature?
            if let text: String = try row.get("signed_hash"), let hash = Digest(hex: text) {
                let words = try key.open(SealedBytes(bytes: try row.get("statement")), place: "statement \(id)")
                signature = Review.Signature(
                    version: try row.get("signed_version"), hash: hash, at: try row.get("signed_at"),
                    statement: String(decoding: words, as: UTF8.self))
            }
            found.append(
                Review(
                    id: ReviewID(id), person: PersonID(person), month: Month(number: try row.get("month")),
                    state: try Self.known(row, "state"), scoredBy: try row.get("scored_by"),
                    approvedBy: try row.get("approved_by"), current: version, signature: signature,
                    appeals: try await appeals(id, key)))
        }
        return found
    }

    /// A version of a review.
    public func version(_ number: Int, of review: ReviewID) async throws -> Review.Version? {
        let owner: String? = try await database.read { tx in
            try tx.first("SELECT person FROM reviews WHERE id = \(review.rawValue)")?.get("person")
        }
        guard let owner, let key = try await keys.existingKeys(for: [owner])[owner] else { return nil }
        return try await version(number, of: review, key)
    }

    private func version(_ number: Int, of review: ReviewID, _ key: DataKey) async throws -> Review.Version? {
        let (head, rows) = try await database.read { tx in
            (
                try tx.first(
                    """
                    SELECT pay_factor FROM review_versions WHERE review = \(review.rawValue) AND version = \(number)
                    """),
                try tx.query(
                    """
                    SELECT line, dimension, weight, deduction, reason FROM review_lines
                    WHERE review = \(review.rawValue) AND version = \(number) ORDER BY line
                    """)
            )
        }
        guard let head, !rows.isEmpty else { return nil }
        return Review.Version(
            number: number,
            lines: try rows.map { row in
                let line: Int = try row.get("line")
                let reason: [UInt8]? = try row.get("reason")
                return ScoreLine(
                    dimension: try row.get("dimension"), weight: try row.get("weight"),
                    deduction: Hundredths(value: try row.get("deduction")),
                    reason: try reason.map {
                        String(
                            decoding: try key.open(
                                SealedBytes(bytes: $0), place: Self.linePlace(review.rawValue, number, line)),
                            as: UTF8.self)
                    })
            }, payFactor: try head.get("pay_factor", as: Int?.self).map { Hundredths(value: $0) })
    }

    private static func linePlace(_ review: String, _ version: Int, _ line: Int) -> String {
        "review \(review) \(version) \(line)"
    }

    private func appeals(_ review: String, _ key: DataKey) async throws -> [Review.Appeal] {
        let rows = try await database.read { tx in
            try tx.query(
                """
                SELECT id, version, state, reason, decision, made_at FROM review_appeals
                WHERE review = \(review) ORDER BY made_at, id
                """)
        }
        return try rows.map { row in
            let id: String = try row.get("id")
            func open(_ bytes: [UInt8], _ part: String) throws -> String {
                String(decoding: try key.open(SealedBytes(bytes: bytes), place: "\(part) \(id)"), as: UTF8.self)
            }
            return Review.Appeal(
                id: id, version: try row.get("version"), state: try Self.known(row, "state"),
                reason: try open(try row.get("reason"), "appeal"),
                decision: try row.get("decision", as: [UInt8]?.self).map { try open($0, "decision") },
                madeAt: try row.get("made_at"))
        }
    }

    // MARK: Writing

    private func versionRows(
        _ version: Review.Version, of review: ReviewID, about person: PersonID, at: Timestamp, by: String
    ) async throws -> [Query] {
        var statements: [Query] = [
            """
            INSERT INTO review_versions (review, version, total, pay_factor, content_hash, made_at, made_by)
            VALUES (\(review.rawValue), \(version.number), \(version.total.value), \(version.payFactor?.value),
                \(version.hash(of: review).hex), \(at), \(by))
            """
        ]
        for (index, line) in version.lines.enumerated() {
            var reason: [UInt8]?
            if let text = line.reason {
                reason = try await seal(
                    text, about: person, place: Self.linePlace(review.rawValue, version.number, index))
            }
            statements.append(
                """
                INSERT INTO review_lines (review, version, line, dimension, weight, deduction, reason)
                VALUES (\(review.rawValue), \(version.number), \(index), \(line.dimension), \(line.weight),
                    \(line.deduction.value), \(reason))
                """)
        }
        return statements
    }

    /// The unique month decides between two who score at once.
    public func begin(_ review: Review, at: Timestamp, acts: [Act]) async throws -> Bool {
        let rows = try await actRows.stage(acts)
        let first = try await versionRows(
            review.current, of: review.id, about: review.person, at: at, by: review.scoredBy)
        return try await database.write { tx in
            let begun = try tx.execute(
                """
                INSERT INTO reviews (id, person, month, version, state, scored_by)
                VALUES (\(review.id.rawValue), \(review.person.rawValue), \(review.month.number), 1, 'scored',
                    \(review.scoredBy))
                ON CONFLICT (person, month) DO NOTHING
                """)
            guard begun == 1 else { return false }
            try tx.executeBatch(first + rows)
            return true
        }
    }

    /// State and version decide between two who act at once.
    public func move(_ review: ReviewID, _ step: ReviewStep, acts: [Act]) async throws -> Bool {
        let rows = try await actRows.stage(acts)
        let (change, more) = try await statements(review, step)
        let marks: [PersonID]
        if case .approve = step.kind { marks = [step.person] } else { marks = [] }
        return try await database.write { tx in
            let moved = try tx.execute(
                """
                UPDATE reviews SET \(change) WHERE id = \(review.rawValue) AND state = \(step.from.rawValue)
                    AND version = \(step.version)
                """)
            guard moved == 1 else { return false }
            try tx.executeBatch(more + rows)
            if !marks.isEmpty { try markDirty(marks, in: tx) }
            return true
        }
    }

    private func statements(_ review: ReviewID, _ step: ReviewStep) async throws -> (Query, [Query]) {
        switch step.kind {
        case .confirm: return ("state = 'confirmed'", [])
        case .appeal(let appeal):
            let reason = try await seal(appeal.reason, about: step.person, place: "appeal \(appeal.id)")
            return (
                "state = 'appealed'",
                [
                    """
                    INSERT INTO review_appeals (id, review, version, state, reason, made_at)
                    VALUES (\(appeal.id), \(review.rawValue), \(appeal.version), 'open', \(reason), \(appeal.madeAt))
                    """
                ]
            )
        case .decide(let appeal, let decision, let next, let by):
            let words = try await seal(decision, about: step.person, place: "decision \(appeal)")
            let state = next == nil ? "rejected" : "upheld"
            var more: [Query] = [
                """
                UPDATE review_appeals SET state = \(state), decision = \(words), decided_at = \(step.at)
                WHERE id = \(appeal) AND state = 'open'
                """
            ]
            guard let next else { return ("state = 'scored'", more) }
            more += try await versionRows(next, of: review, about: step.person, at: step.at, by: by)
            return ("state = 'scored', version = \(next.number)", more)
        case .approve(let by, let month, let score):
            let figures = PerformanceMonth(
                month: month, completion: nil, score: score, source: "review", recordedAt: step.at)
            return ("state = 'approved', approved_by = \(by)", [Self.upsert(figures, of: step.person)])
        case .sign(let signature):
            let words = try await seal(signature.statement, about: step.person, place: "statement \(review.rawValue)")
            return (
                """
                state = 'signed', signed_version = \(signature.version), signed_hash = \(signature.hash.hex),
                    signed_at = \(signature.at), statement = \(words)
                """, []
            )
        }
    }
}
