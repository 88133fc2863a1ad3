import Notices
import SQL
import Store
import TestSupport
import Testing

@Suite struct SchemaTests {
    @Test func `both engines get the same schema`() async throws {
        var schemas: [SchemaDescription] = []
        for backend in Backend.allCases {
            try await backend.withDatabase { test in
                _ = try await Migrator(Migrations.all).migrate(test.database)
                schemas.append(try await SchemaDescription(of: test.database))
            }
        }
        #expect(schemas[0].differences(to: schemas[1]) == [])
        #expect(schemas[0].tables.count >= 20)
    }

    @Test(arguments: Backend.allCases) func `a second run of the migrations finds nothing to do`(_ backend: Backend)
        async throws
    {
        try await backend.withDatabase { test in
            let (first, second) = (
                try await Migrator(Migrations.all).migrate(test.database),
                try await Migrator(Migrations.all).migrate(test.database)
            )
            #expect(first == Migrations.all.map(\.name))
            #expect(second == [])
        }
    }

    @Test(arguments: Backend.allCases) func `the check on states knows every state the program knows`(
        _ backend: Backend
    ) async throws {
        try await TestGateway.with(backend, checks: false) { gateway in
            try await gateway.person()
            let delivery = try await gateway.queuedMail()
            for state in DeliveryState.allCases {
                try await gateway.database.write { tx in
                    try tx.set(
                        "state", to: .text(state.rawValue), in: "deliveries", where: "id = \(delivery.id.rawValue)")
                }
            }
            for state in NoticeState.allCases {
                try await gateway.database.write { tx in
                    try tx.set(
                        "state", to: .text(state.rawValue), in: "notices", where: "id = \(delivery.notice.rawValue)")
                }
            }
            await #expect(throws: SQLError.self) {
                try await gateway.database.write { tx in
                    try tx.set(
                        "state", to: .text("delivered-maybe"), in: "deliveries", where: "id = \(delivery.id.rawValue)")
                }
            }
        }
    }
}
