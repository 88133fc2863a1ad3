import Evidence
import SQL
import Synchronization

/// The data keys under which rows are sealed, one a person, wrapped by the master key in the table `data_keys`.
///
/// Keys are made in a transaction of their own before anything is sealed with them: a key that lived only in a transaction
/// that was rolled back would have sealed bytes nobody can open. Only ``fresh(for:at:)`` is otherwise: there all that the key
/// seals is rolled back with it.
final class KeyRing: Sendable {
    /// The owner of rows that are about no person.
    static let organisation = "songda"
    static let purpose = "records"
    /// Unwrapped keys kept in memory; 32 bytes each, so this bounds it at a few megabytes.
    private static let cacheLimit = 20_000
    /// Whoever asks for more at once brings many people on record, and will hardly ask for any of them again.
    private static let mostRemembered = 1_000
    /// How long keys in memory are used before it is asked whether another process has destroyed any.
    ///
    /// Asked once a second and not at each use: erasure comes years after the last use, and every step would pay for it.
    static let trustedFor = Duration.seconds(1)

    private let database: any SQLDatabase
    let vault: Vault
    private let clock: any WallClock
    private let cache = Mutex(Cache())

    private struct Cache {
        var keys: [String: DataKey] = [:]
        /// A reader that loaded a key before it was destroyed must not put it back.
        var destroyed: Set<String> = []
        /// How many keys had been destroyed when `keys` was begun; it only grows, whoever destroys.
        var generation: Int64?
        var checkedAt: Timestamp?
    }

    init(database: any SQLDatabase, vault: Vault, clock: any WallClock) {
        self.database = database
        self.vault = vault
        self.clock = clock
    }

    /// The keys of these owners, made where there were none; throws `.erased` if one was destroyed.
    func keys(for owners: Set<String>) async throws -> [String: DataKey] {
        let generation = try await generation()
        var found = known(owners)
        let missing = owners.filter { found[$0] == nil }.sorted()
        guard !missing.isEmpty else { return found }
        for part in missing.chunks(of: 500) {
            for (owner, wrapped) in try await stored(part) { found[owner] = try open(wrapped, owner: owner) }
        }
        let new = missing.filter { found[$0] == nil }
        if !new.isEmpty {
            let (made, others) = try await make(new)
            found.merge(made) { _, last in last }
            for part in others.chunks(of: 500) {
                for (owner, wrapped) in try await stored(part) { found[owner] = try open(wrapped, owner: owner) }
            }
        }
        remember(found, generation)
        return found
    }

    /// Makes the key of somebody who comes on record in a transaction that is about to run, and its row of `data_keys`.
    ///
    /// The row goes into that transaction, and nothing sealed with the key may lie anywhere else: then neither is there
    /// without the other. The key is not remembered, since nobody knows yet whether it will be on record.
    func fresh(for owner: String, at now: Timestamp) throws -> (key: DataKey, row: [SQLValue]) {
        let (wrapped, key) = try vault.makeKey(person: owner, purpose: Self.purpose)
        return (key, [.text(owner), .blob(wrapped.bytes), now.sqlValue])
    }

    /// The keys of these owners as far as they exist; destroyed ones are absent.
    func existingKeys(for owners: Set<String>) async throws -> [String: DataKey] {
        let generation = try await generation()
        var found = known(owners)
        let missing = owners.filter { found[$0] == nil }.sorted()
        for part in missing.chunks(of: 500) {
            for (owner, wrapped) in try await stored(part) where wrapped != nil {
                found[owner] = try open(wrapped, owner: owner)
            }
        }
        remember(found, generation)
        return found
    }

    /// What became of an owner's key.
    enum Standing {
        /// It opens what it sealed.
        case usable(DataKey)
        /// It was destroyed on purpose.
        case destroyed
        /// There never was one: whoever names this owner is wrong.
        case missing
    }

    /// Tells a key that was destroyed from one that never was.
    func standing(of owner: String) async throws -> Standing {
        let generation = try await generation()
        if let key = known([owner])[owner] { return .usable(key) }
        guard let (_, wrapped) = try await stored([owner]).first else { return .missing }
        guard let wrapped else { return .destroyed }
        let key = try open(wrapped, owner: owner)
        remember([owner: key], generation)
        return .usable(key)
    }

    /// The generation of the keys in memory; begins another one when a key was destroyed, here or by another process.
    ///
    /// Without this a twin that serves the same database would go on opening, and sealing, with a key that is gone.
    private func generation() async throws -> Int64 {
        let now = clock.now
        let trusted = cache.withLock { cache -> Int64? in
            // A clock that was set back is no reason to trust longer.
            guard let last = cache.checkedAt, now >= last, now.since(last) < Self.trustedFor else { return nil }
            return cache.generation
        }
        if let trusted { return trusted }
        let destroyed: Int64 = try await database.read { tx in
            try tx.first("SELECT count(*) AS destroyed FROM data_keys WHERE wrapped IS NULL")?.get("destroyed") ?? 0
        }
        return cache.withLock { cache in
            // Answers may overtake each other; the number never goes back.
            if destroyed > cache.generation ?? -1 {
                cache.keys.removeAll(keepingCapacity: true)
                cache.generation = destroyed
            }
            cache.checkedAt = now
            return cache.generation ?? destroyed
        }
    }

    /// Drops a key from memory after its row was destroyed.
    func forget(_ owner: String) {
        cache.withLock { cache in
            cache.keys[owner] = nil
            cache.destroyed.insert(owner)
        }
    }

    /// Looked up one by one: the cache may hold many thousands, the owners asked for are few.
    private func known(_ owners: Set<String>) -> [String: DataKey] {
        cache.withLock { cache in
            var found: [String: DataKey] = [:]
            for owner in owners { found[owner] = cache.keys[owner] }
            return found
        }
    }

    private func stored(_ owners: [String]) async throws -> [(String, WrappedKey?)] {
        try await database.read { tx in
            try tx.query("SELECT owner, wrapped FROM data_keys WHERE owner IN \(list: owners)").map { row in
                let bytes: [UInt8]? = try row.get("wrapped")
                return (try row.get("owner", as: String.self), try bytes.map { try WrappedKey(bytes: $0) })
            }
        }
    }

    /// Makes keys and returns those that are on record now.
    ///
    /// The others are not: another process made them a moment earlier, and its keys are the ones that count.
    private func make(_ owners: [String]) async throws -> (made: [String: DataKey], others: [String]) {
        let now = clock.now
        let fresh = try owners.map { try vault.makeKey(person: $0, purpose: Self.purpose) }
        let rows = zip(owners, fresh).map { owner, key in
            Query(
                """
                INSERT INTO data_keys (owner, wrapped, created_at) VALUES (\(owner), \(key.wrapped.bytes), \(now))
                ON CONFLICT (owner) DO NOTHING
                """)
        }
        let counts = try await database.write { tx in try tx.executeBatch(rows) }
        var (made, others): ([String: DataKey], [String]) = ([:], [])
        for (index, count) in counts.enumerated() {
            if count == 1 { made[owners[index]] = fresh[index].key } else { others.append(owners[index]) }
        }
        return (made, others)
    }

    private func open(_ wrapped: WrappedKey?, owner: String) throws -> DataKey {
        try vault.open(wrapped, person: owner, purpose: Self.purpose)
    }

    /// Keeps keys for the next time, unless one was destroyed since they were asked for: it may be among them.
    private func remember(_ keys: [String: DataKey], _ generation: Int64) {
        cache.withLock { cache in
            guard cache.generation == generation, keys.count <= Self.mostRemembered else { return }
            if cache.keys.count + keys.count > Self.cacheLimit { cache.keys.removeAll(keepingCapacity: true) }
            for (owner, key) in keys where !cache.destroyed.contains(owner) { cache.keys[owner] = key }
        }
    }
}

extension Array {
    /// The elements in runs of at most `size`.
    func chunks(of size: Int) -> [[Element]] {
        stride(from: 0, to: count, by: size).map { Array(self[$0..<Swift.min($0 + size, count)]) }
    }
}

extension Timestamp: SQLBindable, SQLDecodable {
    /// Microseconds since 1970, as stored.
    public var sqlValue: SQLValue { .integer(microseconds) }

    /// Reads stored microseconds.
    public init?(sqlValue: SQLValue) {
        guard case .integer(let microseconds) = sqlValue else { return nil }
        self.init(microseconds: microseconds)
    }
}

extension Digest: SQLBindable, SQLDecodable {
    /// The 32 bytes, as stored.
    public var sqlValue: SQLValue { .blob(bytes) }

    /// Reads 32 stored bytes.
    public init?(sqlValue: SQLValue) {
        guard case .blob(let bytes) = sqlValue else { return nil }
        self.init(bytes: bytes)
    }
}
