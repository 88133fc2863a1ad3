import SQL
import TestSupport
import Testing

@Suite struct SchemaTests {
    static let migration = Migration(
        name: "001-schema",
        sqlite: [
            "CREATE TABLE people (id TEXT PRIMARY KEY NOT NULL, born INTEGER, UNIQUE (born, id)) STRICT",
            """
            CREATE TABLE papers (
                person TEXT NOT NULL REFERENCES people, number INTEGER NOT NULL, content BLOB, weight REAL,
                PRIMARY KEY (person, number)) STRICT
            """,
            "CREATE INDEX papers_by_weight ON papers (weight, number)",
        ],
        postgres: [
            "CREATE TABLE people (id TEXT PRIMARY KEY NOT NULL, born BIGINT, UNIQUE (born, id))",
            """
            CREATE TABLE papers (
                person TEXT NOT NULL REFERENCES people, number INTEGER NOT NULL, content BYTEA, weight DOUBLE PRECISION,
                PRIMARY KEY (person, number))
            """,
            "CREATE INDEX papers_by_weight ON papers (weight, number)",
        ])

    static func describe(_ backend: Backend, _ more: Query? = nil) async throws -> SchemaDescription {
        try await backend.withDatabase { test in
            _ = try await Migrator([migration]).migrate(test.database)
            if let more { try await test.database.write { try $0.execute(more) } }
            return try await SchemaDescription(of: test.database)
        }
    }

    @Test(arguments: Backend.allCases)
    func `a schema is read as it was written`(backend: Backend) async throws {
        let schema = try await Self.describe(backend)
        #expect(schema.tables.keys.sorted() == ["papers", "people"])
        let papers = try #require(schema.tables["papers"])
        #expect(papers.primaryKey == ["person", "number"])
        #expect(
            papers.columns.mapValues(\.kind) == [
                "person": .text, "number": .integer, "content": .blob, "weight": .real,
            ])
        #expect(papers.columns.values.filter(\.isNullable).map(\.name).sorted() == ["content", "weight"])
        let reference = try #require(papers.foreignKeys.first)
        #expect(reference.columns == ["person"] && reference.table == "people" && reference.referenced == ["id"])
        #expect(papers.indexes == ["papers_by_weight": ["weight", "number"]])
        #expect(schema.tables["people"]?.uniqueKeys == [["born", "id"]])
        #expect(schema.tables["people"]?.columns["id"]?.isNullable == false)
    }

    @Test func `equal schemas of both engines are equal`() async throws {
        let sqlite = try await Self.describe(.sqlite)
        let postgres = try await Self.describe(.postgres)
        #expect(sqlite.differences(to: postgres) == [])
        #expect(sqlite == postgres)
    }

    @Test func `a difference is told by table and column`() async throws {
        let sqlite = try await Self.describe(.sqlite)
        let wider = try await Self.describe(.postgres, "ALTER TABLE people ADD COLUMN phone TEXT")
        #expect(sqlite.differences(to: wider) == ["table people: column phone is only in the second schema"])
        let keyed = try await Self.describe(.postgres, "CREATE UNIQUE INDEX one ON people (born)")
        #expect(sqlite.differences(to: keyed).count == 1)
        let other = try await Self.describe(.postgres, "ALTER TABLE papers ALTER COLUMN weight TYPE TEXT")
        #expect(
            sqlite.differences(to: other) == [
                "table papers: column weight is real in the first schema, text in the second"
            ])
    }
}
