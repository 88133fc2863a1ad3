import Evidence
import Notices
import TestSupport
import Testing

@testable import Console

/// Many notices in one request.
@Suite struct BatchTests {
    private static func rows(_ count: Int) -> JSONValue {
        .array(
            (0..<count).map { index in
                [
                    "issuer": .string(TestGateway.issuer.rawValue), "kind": "client-contact-change",
                    "recipients": ["p-zhangsan"],
                    "fields": [
                        "newContact": "李经理", "newPhone": "010-88886666",
                        "newEmail": .string("liming\(index)@example.com"), "effectiveDate": "2026-12-01",
                    ],
                ]
            })
    }

    @Test(arguments: Backend.allCases)
    func `a batch that is sent again issues only what was missing`(_ backend: Backend) async throws {
        try await TestServer.with(backend) { server in
            try await server.gateway.person()
            let key = try await server.key(.issue, .read)
            let first = try await server.post(
                Site.batches, key, ["notices": Self.rows(150)], idempotency: "batch-1")
            #expect(first.status == 202 && first.json["accepted"]?.integer == 150, "\(first.text.prefix(400))")
            let again = try await server.post(
                Site.batches, key, ["notices": Self.rows(150)], idempotency: "batch-1")
            #expect(again.json["replayed"]?.integer == 150 && again.json["accepted"]?.integer == 0)
            let ids = { (answer: RawAnswer) in answer.json["results"]?.array?.map { $0["id"]?.string } }
            #expect(ids(first) == ids(again))
            let longer = try await server.post(
                Site.batches, key, ["notices": Self.rows(152)], idempotency: "batch-1")
            #expect(longer.json["accepted"]?.integer == 2)
            let batch = try #require(first.json["batch"]?.string)
            let listed = try await server.get(Site.notices + "?limit=200&batch=\(batch)", key).json
            #expect(listed["items"]?.array?.count == 152)
        }
    }

    @Test func `one bad row refuses the batch, with every fault by row`() async throws {
        try await TestServer.with { server in
            try await server.gateway.person()
            let key = try await server.key(.issue)
            var rows = Self.rows(4).array ?? []
            rows[1] = ["issuer": "acme"]
            let form = try await server.post(Site.batches, key, ["notices": .array(rows)], idempotency: "b")
            #expect(form.status == 422)
            #expect(form.faultyFields == ["notices[1].kind", "notices[1].recipients", "notices[1].fields"])

            rows = Self.rows(4).array ?? []
            for (index, change) in [
                (0, ["recipients": ["p-nobody"]]), (3, ["fields": ["newContact": "李经理"]]),
            ] as [(Int, [String: JSONValue])] {
                rows[index] = .object((rows[index].object ?? [:]).merging(change) { $1 })
            }
            let content = try await server.post(Site.batches, key, ["notices": .array(rows)], idempotency: "b")
            #expect(content.status == 422)
            #expect(content.faultyFields.first == "notices[0].recipients")
            #expect(content.faultyFields.dropFirst().allSatisfy { $0.hasPrefix("notices[3].") })
            #expect(content.faultyFields.count > 1)
            #expect(try await server.gateway.store.notices(NoticeFilter(), before: nil, limit: 1).isEmpty)
        }
    }

    @Test func `a refused batch is told in one language, whatever the languages of its notices`() async throws {
        try await TestServer.with { server in
            try await server.gateway.person()
            let key = try await server.key(.issue)
            let rows = (Self.rows(4).array ?? []).enumerated().map { index, row in
                JSONValue.object(
                    (row.object ?? [:]).merging([
                        "language": index % 2 == 0 ? "zh-CN" : "en",
                        "fields": index == 3 ? ["newContact": "𓀀"] : ["newContact": "x\u{7}y", "more": 1],
                    ]) { $1 })
            }
            let answer = try await server.post(Site.batches, key, ["notices": .array(rows)], idempotency: "b")
            #expect(answer.status == 422)
            let faults = answer.json["errors"]?.array ?? []
            for row in rows.indices {
                let own = faults.filter { $0["field"]?.string?.hasPrefix("notices[\(row)].") == true }
                #expect(!own.isEmpty, "row \(row)")
                for fault in own {
                    let message = fault["message"]?.string ?? ""
                    #expect(!message.unicodeScalars.contains { $0.properties.isIdeographic }, "\(message)")
                }
            }
        }
    }

    @Test func `equal rows, and one person twice, are issued and warned of by row`() async throws {
        try await TestServer.with { server in
            try await server.gateway.person(isConfirmed: true)
            let key = try await server.key(.issue)
            let (row, other) = (Self.rows(2)[0] ?? .null, Self.rows(2)[1] ?? .null)
            var second = server.dismissal().object ?? [:]
            second["language"] = "en"
            let answer = try await server.post(
                Site.batches, key,
                ["notices": [row, other, row, server.dismissal(), .object(second)]], idempotency: "twins")
            #expect(answer.status == 202 && answer.json["accepted"]?.integer == 5, "\(answer.text)")
            let warnings = (answer.json["results"]?.array ?? []).map { $0["warnings"]?.array ?? [] }
            // Rows are issued side by side: which of the two dismissals finds the other on record is not said.
            #expect(warnings.count == 5 && warnings[0].isEmpty && warnings[1].isEmpty)
            #expect(warnings[2].first?["text"]?["en"]?.string?.contains("as notices[0]") == true)
            #expect(warnings[2].first?["text"]?["zh-CN"]?.string?.contains("与 notices[0] 内容") == true)
            #expect(warnings[4].contains { $0["text"]?["en"]?.string?.contains("by notices[3] already") == true })
        }
    }

    @Test func `a batch has at least one row and at most ten thousand`() async throws {
        try await TestServer.with { server in
            let key = try await server.key(.issue)
            let none = try await server.post(Site.batches, key, ["notices": []], idempotency: "b")
            #expect(none.status == 422 && none.faultyFields == ["notices"])
            let many = JSONValue.array(Array(repeating: .object([:]), count: 10_001))
            let tooMany = try await server.post(Site.batches, key, ["notices": many], idempotency: "b")
            #expect(tooMany.status == 422 && tooMany.faultyFields == ["notices"])
        }
    }
}
