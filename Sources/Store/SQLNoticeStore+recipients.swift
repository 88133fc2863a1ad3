import Evidence
import Notices
import SQL

extension SQLNoticeStore: RecipientStore {
    /// The people with these ids, names and addresses opened; the erased are absent.
    public func recipients(_ ids: [PersonID]) async throws -> [PersonID: Recipient] {
        var found: [PersonID: Recipient] = [:]
        for part in ids.map(\.rawValue).chunks(of: 500) {
            for person in try await people("WHERE p.id IN \(list: part)") { found[person.id] = person }
        }
        return found
    }

    /// A page of people by id.
    public func people(after: PersonID?, limit: Int) async throws -> [Recipient] {
        try await people("WHERE p.id > \(after?.rawValue ?? "") ORDER BY p.id LIMIT \(limit)")
    }

    /// By the id of the caller's own system.
    public func person(externalID: String) async throws -> Recipient? {
        try await people("WHERE p.external_id = \(externalID)").first
    }

    private func people(_ condition: Query) async throws -> [Recipient] {
        let (rows, addresses) = try await database.read { tx in
            let rows = try tx.query("SELECT p.id, p.external_id, p.language, p.name FROM people p \(condition)")
            let ids: [String] = try rows.map { try $0.get("id") }
            var addresses: [Row] = []
            for part in ids.chunks(of: 500) {
                addresses += try tx.query(
                    """
                    SELECT person, channel, value, confirmation FROM addresses WHERE person IN \(list: part)
                    ORDER BY person, position
                    """)
            }
            return (rows, addresses)
        }
        let keys = try await keys.existingKeys(for: Set(try rows.map { try $0.get("id") }))
        var byPerson: [String: [ServiceAddress]] = [:]
        for row in addresses {
            let person: String = try row.get("person")
            guard let key = keys[person], let channel = ChannelKind(rawValue: try row.get("channel")) else { continue }
            let value = try key.open(SealedBytes(bytes: try row.get("value")), place: Self.addressPlace(person))
            let confirmation: String? = try row.get("confirmation")
            byPerson[person, default: []].append(
                ServiceAddress(
                    channel: channel, value: String(decoding: value, as: UTF8.self),
                    confirmation: try confirmation.map { try Self.value(AddressConfirmation.self, from: $0) }))
        }
        return try rows.compactMap { row in
            let id: String = try row.get("id")
            guard let key = keys[id] else { return nil }
            let name = try key.open(SealedBytes(bytes: try row.get("name")), place: NoticeRows.place("person", id))
            return Recipient(
                id: PersonID(id), externalID: try row.get("external_id"), name: String(decoding: name, as: UTF8.self),
                language: try row.get("language"), addresses: byPerson[id] ?? [])
        }
    }

    static func addressPlace(_ person: String) -> String { "address of \(person)" }

    /// Finds an address without storing it in clear; the organisation's key keeps the hash from being guessed.
    func valueHash(_ channel: ChannelKind, _ value: String) async throws -> [UInt8] {
        Self.valueHash(channel, value, BlindIndex(try await key(for: KeyRing.organisation)))
    }

    static func valueHash(_ channel: ChannelKind, _ value: String, _ index: BlindIndex) -> [UInt8] {
        var text = Array(channel.rawValue.utf8)
        text.append(UInt8(ascii: " "))
        text += value.utf8
        return index.hash(of: text)
    }

    /// The same as where the address is stored, so that entries and rows can be held against each other.
    public func keyedHash(of address: ServiceAddress) async throws -> String {
        Hex.encode(try await valueHash(address.channel, address.value))
    }

    /// What a change rests on that was made up outside the transaction.
    private struct KnownAddress: Equatable {
        let hash: [UInt8]
        let isConfirmed: Bool
    }

    /// Addresses that stay keep their confirmation; those that go lose it.
    public func save(
        _ person: Recipient, replacing before: Recipient?, evidence: [SignedEntry]
    ) async throws -> Bool {
        let keys = try await keys.keys(for: [person.id.rawValue, KeyRing.organisation])
        let rows = try await rows(saving: person, isNew: before == nil, keys) + entryRows.stage(evidence)
        guard let key = keys[person.id.rawValue], let organisation = keys[KeyRing.organisation] else {
            throw EvidenceError(.erased, "the key of \(person.id) is not there")
        }
        let index = BlindIndex(organisation)
        let expected =
            before?.addresses.map {
                KnownAddress(
                    hash: Self.valueHash($0.channel, $0.value, index), isConfirmed: $0.confirmation != nil)
            } ?? []
        return try await writing(externalID: person.externalID) { tx in
            let id = person.id.rawValue
            let row = try tx.first("SELECT external_id, language, name FROM people WHERE id = \(id)")
            guard (row == nil) == (before == nil) else { return false }
            if let row, let before {
                let name = try key.open(SealedBytes(bytes: try row.get("name")), place: NoticeRows.place("person", id))
                let present = try tx.query(
                    "SELECT value_hash, confirmation FROM addresses WHERE person = \(id) ORDER BY position"
                ).map { row in
                    KnownAddress(
                        hash: try row.get("value_hash"),
                        isConfirmed: try row.get("confirmation", as: String?.self) != nil)
                }
                let externalID: String? = try row.get("external_id")
                guard present == expected, externalID == before.externalID,
                    try row.get("language") == before.language, name == Array(before.name.utf8)
                else { return false }
            }
            try tx.executeBatch(rows)
            return true
        }
    }

    /// The statements that put a person on record or bring them up to date.
    func rows(saving person: Recipient) async throws -> [Query] {
        try rows(
            saving: person, isNew: false,
            try await keys.keys(for: [person.id.rawValue, KeyRing.organisation]))
    }

    /// The same with the keys at hand: the person's and the organisation's.
    ///
    /// - Parameter isNew: nobody has this id yet, so that there are no addresses to drop.
    func rows(saving person: Recipient, isNew: Bool, _ keys: [String: DataKey]) throws -> [Query] {
        let id = person.id.rawValue
        guard let key = keys[id], let organisation = keys[KeyRing.organisation] else {
            throw EvidenceError(.erased, "the key of \(id) is not there")
        }
        let (row, addresses) = try Self.values(of: person, key, BlindIndex(organisation))
        let save: Query = """
            INSERT INTO people (id, external_id, language, name, name_hash) VALUES \(rows: ValueRows(row))
            ON CONFLICT (id) DO UPDATE SET external_id = excluded.external_id, language = excluded.language,
                name = excluded.name, name_hash = excluded.name_hash
            """
        let inserts = addresses.map { address -> Query in
            """
            INSERT INTO addresses (person, channel, value_hash, position, value, confirmation)
            VALUES \(rows: ValueRows(address))
            ON CONFLICT (person, channel, value_hash) DO UPDATE SET position = excluded.position,
                value = excluded.value, confirmation = COALESCE(excluded.confirmation, addresses.confirmation)
            """
        }
        if isNew { return [save] + inserts }
        let hashes = addresses.map { $0[2] }
        let prune: Query =
            hashes.isEmpty
            ? "DELETE FROM addresses WHERE person = \(id)"
            : "DELETE FROM addresses WHERE person = \(id) AND value_hash NOT IN \(list: hashes)"
        return [save, prune] + inserts
    }

    /// A person and their addresses, sealed, in the order of the columns that ``rows(saving:isNew:_:)`` names.
    static func values(
        of person: Recipient, _ key: DataKey, _ index: BlindIndex
    ) throws -> (person: [SQLValue], addresses: [[SQLValue]]) {
        let id = person.id.rawValue
        let name = try key.seal(Array(person.name.utf8), place: NoticeRows.place("person", id)).bytes
        let row: [SQLValue] = [
            .text(id), person.externalID.sqlValue, .text(person.language), .blob(name),
            nameHash(person.name, index).sqlValue,
        ]
        let place = addressPlace(id)
        let addresses = try person.addresses.enumerated().map { position, address -> [SQLValue] in
            let value = try key.seal(Array(address.value.utf8), place: place).bytes
            return [
                .text(id), .text(address.channel.rawValue), .blob(valueHash(address.channel, address.value, index)),
                position.sqlValue, .blob(value), try address.confirmation.map { try json($0) }.sqlValue,
            ]
        }
        return (row, addresses)
    }

    /// The people with these external ids, whatever else is known of them.
    func people(externalIDs: [String]) async throws -> [String: Recipient] {
        var found: [String: Recipient] = [:]
        for part in externalIDs.chunks(of: 500) {
            for person in try await people("WHERE p.external_id IN \(list: part)") {
                if let id = person.externalID { found[id] = person }
            }
        }
        return found
    }

    /// Runs a write that may give a person an external id; one that somebody else has is a refusal, not a fault.
    private func writing(
        externalID: String?, _ body: @escaping @Sendable (any SQLTransaction) throws -> Bool
    ) async throws -> Bool {
        do { return try await database.write(body) } catch let error as SQLError where error.isUniqueViolation {
            throw NoticeError(
                .conflict,
                "externalID \"\(externalID?.prefix(60) ?? "")\" belongs to another person; correct one of them")
        }
    }

    /// Adds or replaces an issuing entity.
    public func save(_ issuer: Issuer, evidence: [SignedEntry]) async throws {
        let rows = try await entryRows.stage(evidence)
        try await database.write { tx in
            try tx.execute(
                """
                INSERT INTO issuers (id, full_name, credit_code, contact, mailbox, sms_signature, seal_certificate)
                VALUES (\(issuer.id.rawValue), \(issuer.fullName), \(issuer.creditCode.text), \(issuer.contact),
                    \(issuer.mailbox), \(issuer.smsSignature), \(issuer.sealCertificatePEM))
                ON CONFLICT (id) DO UPDATE SET full_name = excluded.full_name, credit_code = excluded.credit_code,
                    contact = excluded.contact, mailbox = excluded.mailbox, sms_signature = excluded.sms_signature,
                    seal_certificate = excluded.seal_certificate
                """)
            try tx.executeBatch(rows)
        }
    }

    /// False if the address is no longer the person's.
    public func confirm(
        _ person: PersonID, channel: ChannelKind, value: String, confirmation: AddressConfirmation,
        evidence: [SignedEntry]
    ) async throws -> Bool {
        let hash = try await valueHash(channel, value)
        let text = try Self.json(confirmation)
        let rows = try await entryRows.stage(evidence)
        return try await database.write { tx in
            let changed = try tx.execute(
                """
                UPDATE addresses SET confirmation = \(text)
                WHERE person = \(person.rawValue) AND channel = \(channel.rawValue) AND value_hash = \(hash)
                """)
            guard changed == 1 else { return false }
            try tx.executeBatch(rows)
            return true
        }
    }

    /// By id.
    public func issuer(_ id: IssuerID) async throws -> Issuer? {
        try await issuers(" WHERE id = \(id.rawValue)").first
    }

    /// All of them.
    public func issuers() async throws -> [Issuer] { try await issuers(" ORDER BY id") }

    private func issuers(_ condition: Query) async throws -> [Issuer] {
        let rows = try await database.read { tx in
            try tx.query(
                """
                SELECT id, full_name, credit_code, contact, mailbox, sms_signature, seal_certificate FROM issuers
                \(condition)
                """)
        }
        return try rows.map { row in
            Issuer(
                id: IssuerID(try row.get("id")), fullName: try row.get("full_name"),
                creditCode: try UnifiedSocialCreditCode(try row.get("credit_code")), contact: try row.get("contact"),
                mailbox: try row.get("mailbox"), smsSignature: try row.get("sms_signature"),
                sealCertificatePEM: try row.get("seal_certificate"))
        }
    }
}
