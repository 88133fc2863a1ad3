import Evidence
import Notices
import People
import SQL

extension SQLPeopleStore: AgreementStore {
    private static let columns: Query = """
        a.id, a.number, a.person, a.issuer, a.kind, a.version, a.template_hash, a.language, a.title, a.state,
        a.is_mandatory, a.sign_by, a.clauses, a.document_hash, a.offered_at, a.signed_at
        """

    private static func place(_ part: String, _ id: String) -> String { "agreement \(part) \(id)" }

    // MARK: Reading

    /// By id.
    public func agreement(_ id: AgreementID) async throws -> Agreement? {
        try await agreements("WHERE a.id = \(id.rawValue)").first
    }

    /// By number.
    public func agreement(number: String) async throws -> Agreement? {
        try await agreements("WHERE a.number = \(number)").first
    }

    /// The oldest first.
    public func agreements(with person: PersonID) async throws -> [Agreement] {
        try await agreements("WHERE a.person = \(person.rawValue) ORDER BY a.offered_at, a.id")
    }

    /// The oldest first.
    public func unservedOffers(limit: Int) async throws -> [Agreement] {
        try await agreements(
            "WHERE a.served_by IS NULL AND a.state = 'offered' ORDER BY a.offered_at, a.id LIMIT \(limit)")
    }

    private func agreements(_ condition: Query) async throws -> [Agreement] {
        try await database.read { tx in
            try tx.query("SELECT \(Self.columns) FROM agreements a \(condition)").map(Self.agreement)
        }
    }

    @Sendable private static func agreement(_ row: Row) throws -> Agreement {
        let (language, state): (String, String) = (try row.get("language"), try row.get("state"))
        guard let language = NoticeLanguage(rawValue: language), let state = Agreement.State(rawValue: state) else {
            throw PeopleError(
                .unavailable, "agreement \(try row.get("id", as: String.self)) is damaged; run `songda audit`")
        }
        return Agreement(
            id: AgreementID(try row.get("id")), number: try row.get("number"), person: PersonID(try row.get("person")),
            issuer: IssuerID(try row.get("issuer")), kind: try row.get("kind"), version: try row.get("version"),
            templateHash: try row.get("template_hash"), language: language, title: try row.get("title"), state: state,
            isMandatory: try row.get("is_mandatory"), signBy: try row.get("sign_by"),
            clauses: try SQLNoticeStore.value([String].self, from: try row.get("clauses")),
            documentHash: try row.get("document_hash"), offeredAt: try row.get("offered_at"),
            signedAt: try row.get("signed_at"))
    }

    /// Opened with the person's key; nil once that is destroyed.
    public func file(of agreement: AgreementID) async throws -> AgreementFile? {
        let id = agreement.rawValue
        let row = try await database.read { tx in
            try tx.first(
                """
                SELECT person, field_values, document, seal, certificate, sealed_at, signature
                FROM agreements WHERE id = \(id)
                """)
        }
        guard let row else { return nil }
        let person: String = try row.get("person")
        guard let key = try await keys.existingKeys(for: [person])[person] else { return nil }
        func open(_ column: String) throws -> [UInt8]? {
            guard let sealed: [UInt8] = try row.get(column) else { return nil }
            return try key.open(SealedBytes(bytes: sealed), place: Self.place(column, id))
        }
        guard let values = try open("field_values"), let bytes = try open("document") else { return nil }
        var seal: AgreementFile.Seal?
        if let signature: [UInt8] = try row.get("seal"), let pem: String = try row.get("certificate"),
            let at: Timestamp = try row.get("sealed_at")
        {
            seal = .init(signature: signature, certificatePEM: pem, sealedAt: at)
        }
        return AgreementFile(
            values: try JSONValue(parsing: values), bytes: bytes, seal: seal,
            signature: try open("signature").map {
                try SQLNoticeStore.value(SignatureProof.self, from: String(decoding: $0, as: UTF8.self))
            })
    }

    /// Every clause of every signed agreement, the oldest first.
    public func signedClauses(of person: PersonID) async throws -> [SignedClause] {
        try await agreements("WHERE a.person = \(person.rawValue) AND a.state = 'signed' ORDER BY a.signed_at, a.id")
            .flatMap { agreement in
                agreement.clauses.map {
                    SignedClause(
                        clause: $0, agreement: agreement.id, number: agreement.number,
                        documentHash: agreement.documentHash, signedAt: agreement.signedAt ?? agreement.offeredAt)
                }
            }
    }

    // MARK: Writing

    /// One offer a version of a kind; the unique index decides between two who offer at once.
    public func offer(_ agreement: Agreement, file: AgreementFile, acts: [Act]) async throws -> Bool {
        let rows = try await actRows.stage(acts)
        let key = try await key(for: agreement.person)
        let id = agreement.id.rawValue
        let values = try key.seal(file.values.canonicalBytes, place: Self.place("field_values", id)).bytes
        let document = try key.seal(file.bytes, place: Self.place("document", id)).bytes
        let clauses = try SQLNoticeStore.json(agreement.clauses)
        return try await database.write { tx in
            let added = try tx.execute(
                """
                INSERT INTO agreements (id, number, person, issuer, kind, version, template_hash, language, title, state,
                    is_mandatory, sign_by, clauses, document_hash, offered_at, field_values, document)
                VALUES (\(id), \(agreement.number), \(agreement.person.rawValue), \(agreement.issuer.rawValue),
                    \(agreement.kind), \(agreement.version), \(agreement.templateHash), \(agreement.language.rawValue),
                    \(agreement.title), 'offered', \(agreement.isMandatory), \(agreement.signBy), \(clauses),
                    \(agreement.documentHash), \(agreement.offeredAt), \(values), \(document))
                ON CONFLICT DO NOTHING
                """)
            guard added == 1 else { return false }
            try tx.executeBatch(rows)
            return true
        }
    }

    /// Set once; the notice of the first try stays.
    public func markServed(_ id: AgreementID, by notice: NoticeID) async throws {
        try await database.write { tx in
            _ = try tx.execute(
                """
                UPDATE agreements SET served_by = \(notice.rawValue) WHERE id = \(id.rawValue) AND served_by IS NULL
                """)
        }
    }

    /// Only an offer can be taken back.
    public func withdraw(_ id: AgreementID, acts: [Act]) async throws -> Bool {
        let rows = try await actRows.stage(acts)
        return try await database.write { tx in
            let changed = try tx.execute(
                "UPDATE agreements SET state = 'withdrawn' WHERE id = \(id.rawValue) AND state = 'offered'")
            guard changed == 1 else { return false }
            try tx.executeBatch(rows)
            return true
        }
    }

    /// Only an offer can be signed; the document stays as it was offered.
    public func sign(_ agreement: Agreement, file: AgreementFile, acts: [Act]) async throws -> Bool {
        guard let seal = file.seal, let proof = file.signature, let signedAt = agreement.signedAt else {
            preconditionFailure("a signed agreement has its seal, its signature and its time")
        }
        let rows = try await actRows.stage(acts)
        let id = agreement.id.rawValue
        let signature = try await self.seal(
            try SQLNoticeStore.json(proof), about: agreement.person, place: Self.place("signature", id))
        return try await database.write { tx in
            let changed = try tx.execute(
                """
                UPDATE agreements SET state = 'signed', signed_at = \(signedAt), seal = \(seal.signature),
                    certificate = \(seal.certificatePEM), sealed_at = \(seal.sealedAt), signature = \(signature)
                WHERE id = \(id) AND state = 'offered' AND document_hash = \(agreement.documentHash)
                """)
            guard changed == 1 else { return false }
            try tx.executeBatch(rows)
            return true
        }
    }
}
