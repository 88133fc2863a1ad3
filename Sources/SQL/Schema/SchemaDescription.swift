/// The shape of a database, in words that both engines share, so that their schemas can be compared.
///
/// CHECK constraints, defaults and triggers are not part of it: their texts differ where their meaning does not. The driver's
/// own tables (`songda_migrations`, `songda_commits`) are left out.
public struct SchemaDescription: Sendable, Hashable {
    /// The tables, by name.
    public var tables: [String: Table] = [:]

    /// The class of values that a column keeps.
    public enum Kind: String, Sendable, Hashable {
        /// Whole numbers; booleans and instants too.
        case integer
        /// Floating-point numbers.
        case real
        /// Texts.
        case text
        /// Bytes.
        case blob
        /// A type that the other engine has no counterpart for.
        case other
    }

    /// One column.
    public struct Column: Sendable, Hashable {
        /// The name.
        public var name: String
        /// The class of its values.
        public var kind: Kind
        /// False if it must have a value.
        public var isNullable: Bool
    }

    /// A reference to rows of another table.
    public struct ForeignKey: Sendable, Hashable {
        /// The columns that refer.
        public var columns: [String]
        /// The table referred to.
        public var table: String
        /// The columns referred to.
        public var referenced: [String]
    }

    /// One table.
    public struct Table: Sendable, Hashable {
        /// The columns, by name: their order may differ between engines.
        public var columns: [String: Column] = [:]
        /// The columns of the primary key, in order.
        public var primaryKey: [String] = []
        /// The keys that no two rows share, the primary key left out.
        public var uniqueKeys: Set<[String]> = []
        /// The references to other tables.
        public var foreignKeys: Set<ForeignKey> = []
        /// The indexes that are no keys, by name, each with its columns; an expression counts as `(expression)`.
        public var indexes: [String: [String]] = [:]
    }

    /// An empty schema.
    public init() {}

    /// Reads the schema of a database.
    public init(of database: any SQLDatabase) async throws {
        self = try await database.read { transaction in
            switch transaction.dialect {
            case .sqlite: try SQLiteSchema.read(transaction)
            case .postgres: try PostgresSchema.read(transaction)
            }
        }
    }

    /// The differences to another schema, each as a sentence; empty if there are none.
    public func differences(to other: SchemaDescription) -> [String] {
        var found: [String] = []
        for name in Set(tables.keys).union(other.tables.keys).sorted() {
            guard let mine = tables[name] else {
                found.append("table \(name) is only in the second schema")
                continue
            }
            guard let theirs = other.tables[name] else {
                found.append("table \(name) is only in the first schema")
                continue
            }
            found += mine.differences(to: theirs).map { "table \(name): \($0)" }
        }
        return found
    }

    static let ownTables: Set<String> = ["songda_migrations", "songda_commits"]
}

extension SchemaDescription.Table {
    func differences(to other: Self) -> [String] {
        var found: [String] = []
        func compare<Value: Equatable>(_ what: String, _ mine: Value, _ theirs: Value) {
            if mine != theirs { found.append("\(what) is \(mine) in the first schema, \(theirs) in the second") }
        }
        for name in Set(columns.keys).union(other.columns.keys).sorted() {
            guard let mine = columns[name], let theirs = other.columns[name] else {
                found.append("column \(name) is only in the \(columns[name] == nil ? "second" : "first") schema")
                continue
            }
            compare("column \(name)", mine.kind.rawValue, theirs.kind.rawValue)
            compare("column \(name), nullable,", mine.isNullable, theirs.isNullable)
        }
        compare("the primary key", primaryKey, other.primaryKey)
        compare("the set of unique keys", sorted(uniqueKeys), sorted(other.uniqueKeys))
        compare(
            "the set of foreign keys", foreignKeys.map(\.sentence).sorted(), other.foreignKeys.map(\.sentence).sorted())
        for name in Set(indexes.keys).union(other.indexes.keys).sorted() {
            compare("index \(name)", indexes[name] ?? ["missing"], other.indexes[name] ?? ["missing"])
        }
        return found
    }

    private func sorted(_ keys: Set<[String]>) -> [String] { keys.map { $0.joined(separator: ",") }.sorted() }
}

extension SchemaDescription.ForeignKey {
    fileprivate var sentence: String {
        "\(columns.joined(separator: ",")) → \(table)(\(referenced.joined(separator: ",")))"
    }
}
