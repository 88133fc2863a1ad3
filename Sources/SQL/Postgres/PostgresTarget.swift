import CPostgres

/// Which server to connect to, and what it must promise.
struct PostgresTarget: Sendable {
    private let conninfo: String
    /// Whether a commit must also be on the disk of another server before it is reported.
    private var needsStandby: Bool
    private var isForReading = false
    /// Whether it is a cluster, in which another server may become the leader.
    private let isCluster: Bool
    let timelines = Timelines()

    /// Checks that the text can be parsed; the error does not repeat it, since it may hold a password.
    init(conninfo: String, needsStandby: Bool = false) throws(SQLError) {
        guard let options = PQconninfoParse(conninfo, nil) else {
            throw SQLError(
                .other,
                "the PostgreSQL conninfo cannot be parsed; write host=… port=… dbname=… user=…, or postgresql://user@host/name"
            )
        }
        PQconninfoFree(options)
        self.conninfo = conninfo
        self.needsStandby = needsStandby
        isCluster = needsStandby
    }

    /// The same for whoever only reads: nothing of theirs can be lost.
    var forReading: PostgresTarget {
        var target = self
        target.needsStandby = false
        target.isForReading = true
        return target
    }

    /// Has the planner prefer indexes; a server that does not know a setting (pg_settings) is not told of it.
    ///
    /// A plan is made by what was there when the table was last looked through, and a queue is empty most of the time.
    /// With a hundred thousand deliveries due, a plan for a dozen reads and sorts all of them for the next fifty (a bitmap
    /// has no order). What writers change they name by its key, and a table that is read as a whole is locked as a whole
    /// under SERIALIZABLE (PostgreSQL manual, 13.2.3), so that every other writer loses its race. Readers may join as they
    /// like, for their reports.
    ///
    /// Where there is no index the table is read all the same, at a price (10¹⁰, before PostgreSQL 18) by which the server
    /// would take the statement for a large one and compile it each time; so it must not.
    var planning: String {
        let joins = isForReading ? "" : ", 'enable_hashjoin', 'enable_mergejoin'"
        return """
            SELECT set_config(name, 'off', false) FROM pg_catalog.pg_settings
            WHERE name IN ('jit', 'enable_seqscan', 'enable_bitmapscan'\(joins))
            """
    }

    /// What every connection is told before it is used.
    static let settings = [
        // Results are read as text, so their shape must not depend on the server's configuration.
        "SET bytea_output = 'hex'", "SET extra_float_digits = 1", "SET DateStyle = 'ISO'", "SET TimeZone = 'UTC'",
        "SET client_min_messages = 'warning'",
        // Another session may hold a row for long; a writer that waits for ever would hold up all others.
        "SET lock_timeout = '30s'",
    ]

    /// Asks what `assertDurable` looks at; the second argument makes an engine without the setting answer NULL.
    var question: String {
        // The first eight digits of a name of a WAL file; a server in recovery has none to write.
        let timeline = """
            CASE WHEN pg_is_in_recovery() THEN NULL ELSE left(pg_walfile_name(pg_current_wal_lsn()), 8) END
            """
        return """
            SELECT current_setting('synchronous_commit', true) AS synchronous_commit,
                   current_setting('fsync', true) AS fsync, current_setting('server_encoding', true) AS encoding,
                   current_setting('synchronous_standby_names', true) AS standbys,
                   \(isCluster ? timeline : "NULL") AS timeline
            """
    }

    /// Whether a connection leads to the leader, as far as is known: false once another one was met that was elected later.
    func isCurrent(_ connection: PostgresConnection) -> Bool { timelines.isCurrent(connection.timeline) }

    /// What is said of one that does not.
    static let noLeader = PostgresFault.lost(
        "another server has become the leader since; if the cluster was made anew or restored, restart songda")

    /// Rides in front of COMMIT and fails while the server waits for no standby: a cluster manager that has lost its standby
    /// may empty the list under a connection that was good when it was made.
    var promise: PostgresConnection.Command? {
        needsStandby ? .init(control: "SELECT 1 / length(current_setting('synchronous_standby_names'))") : nil
    }

    /// What is said then.
    static let noStandby = SQLError(
        .other,
        "PostgreSQL: the server waits for no synchronous standby (synchronous_standby_names is empty), so what it commits "
            + "could be lost with it, and nothing was written; bring the standby back, or set require-sync-standby: false"
    )

    /// Connects, blocking, for at most the conninfo's `connect_timeout` a host.
    func open() throws(SQLError) -> OpaquePointer {
        // What stands before "dbname" is a default that the conninfo may override.
        let options: [(String, String)] = [
            ("application_name", "songda"),
            ("connect_timeout", "5"),
            // A peer that takes nothing of ours any more is noticed after ten seconds instead of fifteen minutes; for one that
            // owes an answer see `PostgresConnection.nextResult`.
            ("tcp_user_timeout", "10000"),
            ("target_session_attrs", "read-write"),
            ("dbname", conninfo),
            ("client_encoding", "UTF8"),
        ]
        guard let raw = Self.withOptions(options, { PQconnectdbParams($0, $1, 1) }) else {
            throw SQLError(.other, "PostgreSQL: no memory for a connection")
        }
        guard PQstatus(raw) == CONNECTION_OK else {
            let said = String(cString: PQerrorMessage(raw))
            let password = PQpass(raw).map { String(cString: $0) } ?? ""
            PQfinish(raw)
            throw PostgresFault.lost(Self.redact(said, password))
        }
        return raw
    }

    /// Whether the server of a connection still talks to anybody who comes; one that refuses talks, too.
    func isThere(_ connection: OpaquePointer) -> Bool {
        let options: [(String, String)] = [
            ("dbname", conninfo),
            // Of several hosts the one it is; what is empty does not count.
            ("host", String(cString: PQhost(connection))), ("hostaddr", String(cString: PQhostaddr(connection))),
            ("port", String(cString: PQport(connection))), ("connect_timeout", "5"),
        ]
        return Self.withOptions(options) { PQpingParams($0, $1, 1) } != PQPING_NO_RESPONSE
    }

    /// Refuses a server that would report a commit before it is on the disk.
    func assertDurable(_ row: Row?) throws(SQLError) {
        guard let row else {
            throw SQLError(.other, "PostgreSQL: the server does not tell its settings; use PostgreSQL 14 or later")
        }
        let commit: String? = try row.get("synchronous_commit")
        guard commit != "off" else {
            throw SQLError(
                .other,
                "PostgreSQL: synchronous_commit is off, so a commit could be lost after it was reported; set it to on for this "
                    + "user or database")
        }
        guard try row.get("fsync", as: String?.self) != "off" else {
            throw SQLError(
                .other,
                "PostgreSQL: fsync is off, so a power cut could lose every commit; set fsync = on in postgresql.conf")
        }
        let encoding: String? = try row.get("encoding")
        guard encoding == nil || encoding == "UTF8" else {
            throw SQLError(
                .other,
                "PostgreSQL: the database's encoding is \(encoding ?? ""), which cannot hold every name; create it with UTF8"
            )
        }
        guard needsStandby else { return }
        guard try !(row.get("standbys", as: String?.self) ?? "").isEmpty else { throw Self.noStandby }
        guard let commit, ["on", "remote_apply"].contains(commit) else {
            throw SQLError(
                .other,
                "PostgreSQL: with synchronous_commit = \(commit ?? "nothing") a commit does not wait for the standby's disk; set "
                    + "it to on or remote_apply, or set require-sync-standby: false")
        }
    }

    /// Lends names and values as libpq takes them.
    private static func withOptions<T>(
        _ options: [(String, String)],
        _ body: (UnsafePointer<UnsafePointer<CChar>?>, UnsafePointer<UnsafePointer<CChar>?>) -> T
    ) -> T {
        let names = options.map { Array($0.0.utf8CString) }
        let values = options.map { Array($0.1.utf8CString) }
        return withPointers(names) { names in withPointers(values) { body(names, $0) } }
    }

    /// Lends a null-terminated array of C strings.
    private static func withPointers<T>(
        _ strings: [[CChar]], _ body: (UnsafePointer<UnsafePointer<CChar>?>) -> T
    ) -> T {
        let joined = Array(strings.joined())
        return joined.withUnsafeBufferPointer { buffer in
            var pointers: [UnsafePointer<CChar>?] = []
            var offset = 0
            for string in strings {
                pointers.append(buffer.baseAddress.map { $0 + offset })
                offset += string.count
            }
            return body(pointers + [nil])
        }
    }

    /// The message without the password, which no message of libpq is known to hold.
    private static func redact(_ text: String, _ password: String) -> String {
        guard !password.isEmpty else { return text }
        var result = ""
        var rest = text[...]
        while let found = rest.firstRange(of: password) {
            result += rest[..<found.lowerBound] + "…"
            rest = rest[found.upperBound...]
        }
        return result + rest
    }
}
