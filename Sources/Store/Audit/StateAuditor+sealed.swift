import Evidence
import Notices
import SQL

extension StateAuditor {
    private static let span = 200

    /// Opens what is stored of people under their keys: names and addresses, and the copies of both that notices carry.
    ///
    /// No entry says what stands there, so damage shows in nothing but in trying. What is found by a keyed hash must be what
    /// the hash says. The erased are left out: their keys are gone, and that has an entry of its own.
    func openPeople(_ report: inout StateReport) async throws {
        try await openDirectory(&report)
        try await openCopies(&report)
    }

    private func openDirectory(_ report: inout StateReport) async throws {
        // A database from before names were found by a hash may be audited as it is.
        let hasHash = try await !Migrator(Migrations.all).unapplied(store.database).contains(Migrations.replies.name)
        let hash: Query = hasHash ? "name_hash" : "NULL AS name_hash"
        let organisation = try await store.keys.existingKeys(for: [KeyRing.organisation])[KeyRing.organisation]
            .map { BlindIndex($0) }
        var last = ""
        while true {
            try Task.checkCancellation()
            let from = last
            let (people, addresses) = try await store.database.read { tx in
                let people = try tx.query(
                    "SELECT id, name, \(hash) FROM people WHERE id > \(from) ORDER BY id LIMIT \(Self.span)")
                let ids: [String] = try people.map { try $0.get("id") }
                let addresses =
                    ids.isEmpty
                    ? []
                    : try tx.query(
                        """
                        SELECT person, channel, value_hash, value FROM addresses WHERE person IN \(list: ids)
                        ORDER BY person, position
                        """)
                return (people, addresses)
            }
            guard let end = people.last else { return }
            let keys = try await keys(of: people.map { try $0.get("id") }, &report)
            for row in people { try openName(row, keys, organisation, &report) }
            for row in addresses { try openAddress(row, keys, organisation, &report) }
            last = try end.get("id")
        }
    }

    /// The keys of some people as far as they open; one that does not, or is not there, is a finding.
    private func keys(of people: [String], _ report: inout StateReport) async throws -> [String: DataKey] {
        // One that does not open spoils the whole question; then each is asked for by itself.
        var keys = (try? await store.keys.existingKeys(for: Set(people))) ?? [:]
        for person in people where keys[person] == nil {
            do {
                switch try await store.keys.standing(of: person) {
                case .usable(let key): keys[person] = key
                case .destroyed: break
                case .missing:
                    report.add("data_keys", person, "this person has no key, and nothing stored of them can be opened")
                }
            } catch let error as EvidenceError {
                report.add("data_keys", person, "the key of this person cannot be unwrapped: \(error.reason)")
            }
        }
        return keys
    }

    private func openName(
        _ row: Row, _ keys: [String: DataKey], _ organisation: BlindIndex?, _ report: inout StateReport
    ) throws {
        let id: String = try row.get("id")
        guard let key = keys[id] else { return }
        guard let name = Self.open(try row.get("name"), place: NoticeRows.place("person", id), key) else {
            return report.add("people", id, "the stored name is damaged or of another row, and cannot be opened")
        }
        let hash: [UInt8]? = try row.get("name_hash")
        // Empty or absent where nobody has looked yet.
        guard let hash, !hash.isEmpty, let organisation else { return }
        if SQLNoticeStore.nameHash(String(decoding: name, as: UTF8.self), organisation) != hash {
            report.add("people", id, "the stored name is not the one under which this person is found")
        }
    }

    private func openAddress(
        _ row: Row, _ keys: [String: DataKey], _ organisation: BlindIndex?, _ report: inout StateReport
    ) throws {
        let person: String = try row.get("person")
        let channel: String = try row.get("channel")
        guard let key = keys[person] else { return }
        guard let value = Self.open(try row.get("value"), place: SQLNoticeStore.addressPlace(person), key) else {
            return report.add(
                "addresses", "\(person) \(channel)",
                "the stored address is damaged or of another row, and cannot be opened")
        }
        guard let organisation, let kind = ChannelKind(rawValue: channel) else { return }
        let hash = SQLNoticeStore.valueHash(kind, String(decoding: value, as: UTF8.self), organisation)
        if try row.get("value_hash", as: [UInt8].self) != hash {
            report.add(
                "addresses", "\(person) \(channel)", "the stored address is not the one under which it is found")
        }
    }

    /// The copies of names and addresses that notices and deliveries carry.
    private func openCopies(_ report: inout StateReport) async throws {
        var last = ""
        while true {
            try Task.checkCancellation()
            let from = last
            let (notices, recipients, deliveries) = try await store.database.read { tx in
                let notices: [String] = try tx.query(
                    "SELECT id FROM notices WHERE id > \(from) ORDER BY id LIMIT \(Self.span)"
                ).map { try $0.get("id") }
                guard !notices.isEmpty else { return (notices, [Row](), [Row]()) }
                return (
                    notices,
                    try tx.query(
                        """
                        SELECT notice, position, person, snapshot FROM notice_recipients WHERE notice IN \(list: notices)
                        ORDER BY notice, position
                        """),
                    try tx.query(
                        "SELECT id, person, address FROM deliveries WHERE notice IN \(list: notices) ORDER BY id")
                )
            }
            guard let end = notices.last else { return }
            let people = Set(try (recipients + deliveries).map { try $0.get("person", as: String.self) })
            // What is wrong with the keys themselves was said with the people.
            var said = StateReport()
            let keys = try await keys(of: people.sorted(), &said)
            for row in recipients {
                let one = try SealedRecipient(row)
                // Why it does not open says nothing to anybody: that it does not is the finding.
                guard keys[one.person] != nil, (try? one.open(keys)) == nil else { continue }
                report.add(
                    "notice_recipients", "\(one.notice) \(one.person)",
                    "the stored copy of name and addresses is damaged or of another row, and cannot be opened")
            }
            for row in deliveries {
                let (id, person): (String, String) = (try row.get("id"), try row.get("person"))
                guard let key = keys[person],
                    Self.open(try row.get("address"), place: NoticeRows.place("address", id), key) == nil
                else { continue }
                report.add(
                    "deliveries", "\(id) of \(person)",
                    "the stored address is damaged or of another row, and cannot be opened")
            }
            last = end
        }
    }

    /// What was sealed; nil where it does not open, which is the finding.
    private static func open(_ bytes: [UInt8], place: String, _ key: DataKey) -> [UInt8]? {
        (try? SealedBytes(bytes: bytes)).flatMap { try? key.open($0, place: place) }
    }
}
