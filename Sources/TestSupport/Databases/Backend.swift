import Foundation
import SQL

/// The engine that a test runs on; store tests say `arguments: Backend.allCases`.
public enum Backend: String, CaseIterable, Sendable, CustomStringConvertible {
    /// A file in a temporary directory.
    case sqlite
    /// A database of its own on the private server of this test process, or on the one that SONGDA_TEST_POSTGRES names.
    case postgres

    /// The engine's name.
    public var description: String { rawValue }

    /// Makes a fresh, empty database.
    public func makeDatabase() async throws -> TestDatabase {
        let location: String
        switch self {
        case .sqlite:
            location = try TemporaryDirectory.make("songda-sqlite") + "/test.db"
        case .postgres:
            location = try PostgresServer.ofThisProcess().createDatabase()
        }
        return try await TestDatabase(self, location)
    }

    /// Makes a database with the product's schema and nothing in it.
    ///
    /// It is a copy: the schema is built once in each test process, which spares every test a hundred statements of DDL.
    public func makeMigratedDatabase() async throws -> TestDatabase {
        let original = try await MigratedDatabases.shared.original(self)
        let location: String
        switch self {
        case .sqlite:
            location = try TemporaryDirectory.make("songda-sqlite") + "/test.db"
            try FileManager.default.copyItem(atPath: original, toPath: location)
        case .postgres:
            location = try PostgresServer.ofThisProcess().createDatabase(copying: original)
        }
        return try await TestDatabase(self, location)
    }

    /// Lends a fresh, empty database to `body`, and removes it afterwards whatever happens.
    public func withDatabase<T>(_ body: (TestDatabase) async throws -> T) async throws -> T {
        let test = try await makeDatabase()
        do {
            let value = try await body(test)
            await test.discard()
            return value
        } catch {
            await test.discard()
            throw error
        }
    }
}

/// A database made for one test.
public final class TestDatabase: Sendable {
    /// The engine.
    public let backend: Backend
    /// The path of the file, or the conninfo of the database.
    public let location: String
    /// The open database.
    public let database: any SQLDatabase

    init(_ backend: Backend, _ location: String) async throws {
        self.backend = backend
        self.location = location
        database = try await Self.open(backend, location)
    }

    /// Opens the same database once more; on SQLite only after `database.close()`.
    public func reopen() async throws -> any SQLDatabase {
        try await Self.open(backend, location)
    }

    /// Closes the database and removes it.
    public func discard() async {
        await database.close()
        switch backend {
        case .sqlite:
            try? FileManager.default.removeItem(atPath: (location as NSString).deletingLastPathComponent)
        case .postgres:
            // A server of our own goes away as a whole; on a borrowed one we leave nothing behind.
            try? PostgresServer.ofThisProcess().dropDatabase(location)
        }
    }

    private static func open(_ backend: Backend, _ location: String) async throws -> any SQLDatabase {
        switch backend {
        case .sqlite: try SQLiteDatabase(path: location)
        case .postgres: try await PostgresDatabase(conninfo: location, poolSize: 4, patience: .seconds(20))
        }
    }
}

/// Directories for one test, below the system's temporary directory.
public enum TemporaryDirectory {
    /// Makes a new, empty directory and returns its path.
    public static func make(_ prefix: String, in parent: String = NSTemporaryDirectory()) throws -> String {
        var template = Array((parent.hasSuffix("/") ? parent : parent + "/").utf8CString.dropLast())
        template += Array("\(prefix)-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else {
            throw TestSupportError("cannot make a directory in \(parent): \(String(cString: strerror(errno)))")
        }
        return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}

/// A test's surroundings could not be made.
public struct TestSupportError: Error, CustomStringConvertible {
    /// What is missing and how to get it.
    public let description: String

    /// An error with a sentence.
    public init(_ description: String) { self.description = description }
}
