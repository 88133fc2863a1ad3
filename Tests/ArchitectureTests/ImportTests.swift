import Testing

/// The arrows between targets, held to the table of the architecture.
///
/// SwiftPM does not refuse the import of a module that is only a dependency's dependency; this does.
@Suite struct ImportTests {
    /// What comes with the toolchain and has no say in the layering.
    static let platform: Set<String> = ["Foundation", "FoundationEssentials", "Glibc", "Synchronization"]

    /// What each target may import besides the platform.
    static let allowed: [String: Set<String>] = [
        "SQL": ["GRDB", "GRDBSQLite", "CPostgres"],
        "Curl": ["CCurl"],
        "Typeset": ["CPango", "CMark", "CQRCode"],
        "Evidence": ["COpenSSL", "CZip", "CZlib"],
        "Notices": ["Evidence", "Typeset", "Mustache", "Yams"],
        "Channels": ["Notices", "Curl", "Evidence", "Yams"],
        "People": ["Notices", "Evidence", "Yams"],
        "Store": ["People", "Notices", "Evidence", "SQL"],
        "Console": [
            "CArgon2", "People", "Notices", "Evidence", "Hummingbird", "HummingbirdCore", "HTTPTypes", "NIOCore",
            "NIOHTTPTypes", "Mustache", "Logging",
        ],
        "Sandbox": ["NIOCore", "NIOPosix", "NIOHTTP1", "Hummingbird", "Logging"],
        "Songda": [
            "SQL", "Curl", "Typeset", "Evidence", "Notices", "People", "Channels", "Store", "Console",
            "Sandbox", "ArgumentParser", "CMalloc",
            "Hummingbird", "Logging", "Metrics", "ServiceLifecycle", "Yams",
        ],
        "SongdaVerify": ["Evidence", "ArgumentParser"],
        "SongdaBench": [
            "SQL", "Curl", "Typeset", "Evidence", "Notices", "People", "Channels", "Store", "Sandbox", "ArgumentParser",
            "GRDBSQLite",
            "GRDB",
        ],
        "TestSupport": ["SQL", "Curl", "Typeset", "Evidence", "Notices", "People", "Channels", "Store", "Sandbox"],
    ]

    @Test func `every import is in the table`() throws {
        for file in try SourceTree.swiftFiles() {
            let table = try #require(
                Self.allowed[file.target], "\(file.target) is a target that the table does not know")
            for module in file.imports where !Self.platform.contains(module) {
                #expect(table.contains(module), "\(file.path) imports \(module)")
            }
        }
    }

    @Test func `the leaves know nothing of us, and neither does the core know SQL or sockets`() {
        let ours = Set(Self.allowed.keys)
        for leaf in ["SQL", "Curl", "Typeset", "Evidence"] {
            #expect(Self.allowed[leaf].map { $0.isDisjoint(with: ours) } == true, "\(leaf)")
        }
        #expect(Self.allowed["Notices"].map { $0.isDisjoint(with: ["SQL", "Curl", "Store", "Channels"]) } == true)
        #expect(Self.allowed["People"].map { $0.isDisjoint(with: ["SQL", "Curl", "Store", "Channels"]) } == true)
        #expect(Self.allowed["SongdaVerify"].map { $0.intersection(ours) } == ["Evidence"])
    }

    @Test(arguments: [
        ("COpenSSL", "Evidence/OpenSSL/"), ("CZip", "Evidence/Proof/"), ("CZlib", "Evidence/Vault/"),
        ("CCurl", "Curl/"), ("CPostgres", "SQL/Postgres/"), ("GRDB", "SQL/SQLite/"), ("GRDBSQLite", "SQL/SQLite/"),
        ("CArgon2", "Console/Session/"), ("CPango", "Typeset/"), ("CMark", "Typeset/"), ("CQRCode", "Typeset/"),
        ("CMalloc", "Songda/Services/"),
    ])
    func `a C library is imported in one folder only`(_ module: String, _ folder: String) throws {
        for file in try SourceTree.swiftFiles() where file.target != "SongdaBench" && file.imports.contains(module) {
            #expect(file.path.hasPrefix(folder), "\(file.path) imports \(module)")
        }
    }

    /// A module whose name is also a type's cannot be named any more where the two meet.
    @Test func `no module shares its name with a type in it`() throws {
        let modules: Set<String> = [
            "SQL", "Curl", "Typeset", "Evidence", "Notices", "People", "Channels", "Store", "Console", "Songda",
            "SongdaVerify",
            "SongdaBench", "Sandbox", "TestSupport",
        ]
        for file in try SourceTree.swiftFiles() where modules.contains(file.target) {
            let names = ["struct", "class", "enum", "actor", "protocol"].map { "\($0) \(file.target)" }
            for (number, text) in file.code where text.contains(file.target) {
                for name in names where text.hasSuffix("\(name) {") || text.contains("\(name):") {
                    Issue.record("\(file.path):\(number): \(text)")
                }
            }
        }
    }
}
