import Evidence
import Notices
import People
import SQL

extension SQLPeopleStore: TrainingStore {
    private static func place(_ part: String, _ id: String) -> String { "training \(part) \(id)" }

    // MARK: Policies

    /// By policy and version.
    public func policies(_ policy: PolicyID?) async throws -> [PolicyVersion] {
        let condition: Query = policy.map { "WHERE policy = \($0.rawValue)" } ?? ""
        return try await database.read { tx in
            try tx.query(
                """
                SELECT policy, version, title, text, effective_on, procedure, course, exam, published_at FROM policies
                \(condition) ORDER BY policy, version
                """
            ).map { row in
                PolicyVersion(
                    policy: PolicyID(try row.get("policy")), version: try row.get("version"),
                    title: try row.get("title"), text: try row.get("text"), effectiveOn: try row.get("effective_on"),
                    procedure: try row.get("procedure"),
                    course: try SQLNoticeStore.value(Course.self, from: try row.get("course")),
                    exam: try SQLNoticeStore.value(ExamPlan.self, from: try row.get("exam")),
                    publishedAt: try row.get("published_at"))
            }
        }
    }

    /// The primary key decides between two who publish at once.
    public func publish(_ version: PolicyVersion, acts: [Act]) async throws -> Bool {
        let (course, exam) = (try SQLNoticeStore.json(version.course), try SQLNoticeStore.json(version.exam))
        return try await once(
            """
            INSERT INTO policies (policy, version, title, text, effective_on, procedure, course, exam, published_at)
            VALUES (\(version.policy.rawValue), \(version.version), \(version.title), \(version.text),
                \(version.effectiveOn), \(version.procedure), \(course), \(exam), \(version.publishedAt))
            ON CONFLICT DO NOTHING
            """, acts)
    }

    // MARK: Watching

    /// By version.
    public func viewings(of person: PersonID, policy: PolicyID) async throws -> [Viewing] {
        try await database.read { tx in
            try tx.query(
                """
                SELECT version, watched, last_report_at, skips, completed_at FROM viewings
                WHERE person = \(person.rawValue) AND policy = \(policy.rawValue) ORDER BY version
                """
            ).map { row in
                Viewing(
                    person: person, policy: policy, version: try row.get("version"),
                    watchedMilliseconds: try row.get("watched"), lastReportAt: try row.get("last_report_at"),
                    skips: try row.get("skips"), completedAt: try row.get("completed_at"))
            }
        }
    }

    /// A second beginning changes nothing.
    public func begin(_ viewing: Viewing) async throws {
        _ = try await once(
            """
            INSERT INTO viewings (person, policy, version, watched, last_report_at, skips)
            VALUES (\(viewing.person.rawValue), \(viewing.policy.rawValue), \(viewing.version), 0,
                \(viewing.lastReportAt), 0)
            ON CONFLICT DO NOTHING
            """, [])
    }

    /// Two players at once: the second finds another report than the one it saw.
    public func advance(_ viewing: Viewing, from seen: Viewing, acts: [Act]) async throws -> Bool {
        try await once(
            """
            UPDATE viewings SET watched = \(viewing.watchedMilliseconds), last_report_at = \(viewing.lastReportAt),
                skips = \(viewing.skips), completed_at = \(viewing.completedAt)
            WHERE person = \(seen.person.rawValue) AND policy = \(seen.policy.rawValue) AND version = \(seen.version)
                AND watched = \(seen.watchedMilliseconds) AND last_report_at = \(seen.lastReportAt)
                AND skips = \(seen.skips)
            """, acts)
    }

    // MARK: Exams

    /// By id.
    public func exam(_ id: ExamID) async throws -> ExamSitting? { try await exams("WHERE id = \(id.rawValue)").first }

    /// The oldest first.
    public func exams(of person: PersonID, policy: PolicyID?) async throws -> [ExamSitting] {
        let condition: Query = policy.map { "AND policy = \($0.rawValue)" } ?? ""
        return try await exams("WHERE person = \(person.rawValue) \(condition) ORDER BY started_at, id")
    }

    private func exams(_ condition: Query) async throws -> [ExamSitting] {
        let rows = try await database.read { tx in
            try tx.query(
                """
                SELECT id, person, policy, version, questions, pass_mark, started_at, closes_at, answers, score,
                    submitted_at
                FROM exams \(condition)
                """)
        }
        let keys = try await keys.existingKeys(for: Set(try rows.map { try $0.get("person") }))
        return try rows.compactMap { row in
            let (id, person): (String, String) = (try row.get("id"), try row.get("person"))
            guard let key = keys[person] else { return nil }
            func open<T: Decodable>(_ column: String, _ type: T.Type) throws -> T? {
                guard let sealed: [UInt8] = try row.get(column) else { return nil }
                let text = try key.open(SealedBytes(bytes: sealed), place: Self.place(column, id))
                return try SQLNoticeStore.value(type, from: String(decoding: text, as: UTF8.self))
            }
            return ExamSitting(
                id: ExamID(id), person: PersonID(person), policy: PolicyID(try row.get("policy")),
                version: try row.get("version"), questions: try open("questions", [Question].self) ?? [],
                passMark: try row.get("pass_mark"), startedAt: try row.get("started_at"),
                closesAt: try row.get("closes_at"), answers: try open("answers", [Int].self),
                score: try row.get("score"), submittedAt: try row.get("submitted_at"))
        }
    }

    /// With the questions as they were asked.
    public func open(_ exam: ExamSitting, acts: [Act]) async throws {
        let id = exam.id.rawValue
        let questions = try await seal(
            try SQLNoticeStore.json(exam.questions), about: exam.person, place: Self.place("questions", id))
        _ = try await once(
            """
            INSERT INTO exams (id, person, policy, version, questions, pass_mark, started_at, closes_at)
            VALUES (\(id), \(exam.person.rawValue), \(exam.policy.rawValue), \(exam.version), \(questions),
                \(exam.passMark), \(exam.startedAt), \(exam.closesAt))
            """, acts)
    }

    /// Only once.
    public func submit(_ exam: ExamSitting, acts: [Act]) async throws -> Bool {
        let id = exam.id.rawValue
        let answers = try await seal(
            try SQLNoticeStore.json(exam.answers ?? []), about: exam.person, place: Self.place("answers", id))
        return try await once(
            """
            UPDATE exams SET answers = \(answers), score = \(exam.score), submitted_at = \(exam.submittedAt)
            WHERE id = \(id) AND submitted_at IS NULL
            """, acts)
    }

    // MARK: Statements

    /// The oldest first; those of the erased are absent.
    public func statements(of person: PersonID) async throws -> [PolicyStatement] {
        let owner = person.rawValue
        let rows = try await database.read { tx in
            try tx.query(
                """
                SELECT s.policy, s.version, p.effective_on, s.exam, s.signed_at, s.content, s.signature, s.document,
                    s.document_hash, s.seal, s.certificate, s.sealed_at
                FROM policy_statements s JOIN policies p ON p.policy = s.policy AND p.version = s.version
                WHERE s.person = \(owner) ORDER BY s.signed_at, s.policy
                """)
        }
        guard let key = try await keys.existingKeys(for: [owner])[owner] else { return [] }
        return try rows.map { row in
            let exam: String = try row.get("exam")
            func open(_ column: String) throws -> [UInt8] {
                try key.open(SealedBytes(bytes: try row.get(column)), place: Self.place(column, exam))
            }
            let bytes = try open("document")
            let hash: Digest = try row.get("document_hash")
            guard SHA256.hash(bytes) == hash else {
                throw PeopleError(.unavailable, "the statement on exam \(exam) was changed; run `songda audit`")
            }
            return PolicyStatement(
                person: person, policy: PolicyID(try row.get("policy")), version: try row.get("version"),
                effectiveOn: try row.get("effective_on"), exam: ExamID(exam), signedAt: try row.get("signed_at"),
                content: try open("content"),
                proof: try SQLNoticeStore.value(
                    SignatureProof.self, from: String(decoding: try open("signature"), as: UTF8.self)),
                document: SealedNotice(
                    mediaType: "application/pdf", bytes: bytes, hash: hash, signature: try row.get("seal"),
                    certificatePEM: try row.get("certificate"), sealedAt: try row.get("sealed_at")))
        }
    }

    /// One a version.
    public func sign(_ statement: PolicyStatement, acts: [Act]) async throws -> Bool {
        let key = try await key(for: statement.person)
        let exam = statement.exam.rawValue
        func seal(_ bytes: [UInt8], _ column: String) throws -> [UInt8] {
            try key.seal(bytes, place: Self.place(column, exam)).bytes
        }
        let content = try seal(statement.content, "content")
        let signature = try seal(Array(try SQLNoticeStore.json(statement.proof).utf8), "signature")
        let document = try seal(statement.document.bytes, "document")
        return try await once(
            """
            INSERT INTO policy_statements (person, policy, version, exam, signed_at, content, signature, document,
                document_hash, seal, certificate, sealed_at)
            VALUES (\(statement.person.rawValue), \(statement.policy.rawValue), \(statement.version), \(exam),
                \(statement.signedAt), \(content), \(signature), \(document), \(statement.document.hash),
                \(statement.document.signature), \(statement.document.certificatePEM), \(statement.document.sealedAt))
            ON CONFLICT DO NOTHING
            """, acts)
    }
}
