import Evidence
import Notices
import People
import TestSupport
import Testing

@testable import Console

/// Clients over HTTP.
@Suite struct ClientAPITests {
    private static func update(_ fields: JSONValue = ["name": "上海示例贸易有限公司"]) -> JSONValue {
        [
            "externalID": "C-1", "source": "crm", "changedAt": "2026-01-05T08:00:00Z", "owner": "N-p-zhang",
            "fields": fields,
            "contacts": [
                [
                    "externalID": "k-1", "name": "王采购", "position": "采购经理",
                    "addresses": [["channel": "email", "value": "wang@client.example"]],
                ]
            ],
        ]
    }

    private static func order(_ state: String, _ changedAt: String) -> JSONValue {
        [
            "kind": "order", "client": "C-1", "source": "erp", "externalID": "O-1", "changedAt": .string(changedAt),
            "state": .string(state), "amount": "1200.50", "currency": "CNY", "placedAt": "2026-02-01T00:00:00Z",
        ]
    }

    @Test func `a client comes in by one key, is worked on by another and handed over by a third`() async throws {
        try await TestServer.with { server in
            let seller = try await server.gateway.employee("张三", id: "p-zhang")
            let taker = try await server.gateway.employee("李经理", id: "p-li")
            let (crm, hr) = (try await server.key(.integrate), try await server.key(.hr))
            let (staff, other) = (
                try await server.key(.staff, person: seller), try await server.key(.staff, person: taker)
            )
            let made = try await server.post(Site.clientSync, crm, Self.update())
            #expect(made.status == 201 && made.json["applied"] == ["name", "crm:k-1", "owner"])
            #expect(try await server.post(Site.clientSync, crm, Self.update()).status == 200)
            let path = try #require(made["location"])
            for (state, at, status) in [
                ("shipped", "2026-02-03T00:00:00Z", 201), ("placed", "2026-02-01T00:00:00Z", 200),
            ] {
                #expect(try await server.post(Site.clientEvents, crm, Self.order(state, at)).status == status)
            }
            let file = try await server.get(path, staff).json
            #expect(file["fields"]?[0]?["source"]?.string == "crm" && file["owner"]?.string == "p-zhang")
            #expect(file["openOrders"]?[0]?["state"]?.string == "shipped")
            #expect(file["contacts"]?[0]?["addresses"]?[0]?["value"]?.string == "wang@client.example")
            #expect(try await server.get(path, other).status == 403)
            let edit: JSONValue = ["edits": [["field": "level", "value": "A"]]]
            #expect(try await server.post(path, staff, edit, method: "PATCH").status == 204)
            #expect(try await server.post(path, other, edit, method: "PATCH").status == 403)
            let page = try await server.get(path + "/timeline?limit=1", staff).json
            let next = try #require(page["next"]?.string)
            let rest = try await server.get(path + "/timeline?limit=50&cursor=\(next)", staff).json
            #expect(rest["items"]?.array?.count == 4 && rest["next"]?.isNull == true)
            #expect(try await server.get("/v1/clients?name=%E7%A4%BA%E4%BE%8B", hr).json["items"]?.array?.count == 1)
            let moved = try await server.post(
                "/v1/employees/p-zhang/succession", hr, ["successor": "p-li", "reason": "离职"])
            #expect(moved.status == 200 && moved.json["clients"]?["p-li"]?.integer == 1)
            #expect(try await server.get(path, other).status == 200)
            #expect(try await server.get(path, staff).status == 403)
            #expect(
                try await server.get("/v1/employees/p-zhang/clients?ever=true", hr).json["items"]?.array?.count == 1)
            let log = try await server.get(path + "/operations", hr).json["items"]?.array ?? []
            #expect(log.contains { $0["operation"] == "edit" && $0["refused"] == true && $0["person"] == "p-li" })
            #expect(try await server.get("/v1/client-rules", hr).json["fault"]?.isNull == true)
        }
    }

    @Test func `S-34 over HTTP no key without the permission takes clients out in bulk`() async throws {
        try await TestServer.with { server in
            let person = try await server.gateway.employee()
            try await server.gateway.client(owner: person)
            for key in [
                try await server.key(.staff, person: person), try await server.key(.hr),
                try await server.key(.administer), try await server.key(.integrate),
            ] {
                let answer = try await server.post(Site.clientExport, key, ["reason": "备份"])
                #expect(answer.status == 403 && answer.problem == "forbidden")
                let page = try await server.get(Site.clients + "?limit=51", key)
                #expect(page.status == 422 || page.status == 403)
            }
        }
    }

    @Test func `what is wrong with a client is named by field`() async throws {
        try await TestServer.with { server in
            _ = try await server.gateway.employee("张三", id: "p-zhang")
            let crm = try await server.key(.integrate)
            var bad = Self.update(["name": 7]).object ?? [:]
            bad["colour"] = "red"
            let answer = try await server.post(Site.clientSync, crm, .object(bad))
            let fields = (answer.json["errors"]?.array ?? []).compactMap { $0["field"]?.string }
            #expect(answer.status == 422 && fields == ["fields.name", "colour"])
            let nowhere = try await server.post(Site.clientEvents, crm, Self.order("placed", "2026-02-01T00:00:00Z"))
            #expect(nowhere.status == 404)
            let lost = try await server.post(
                Site.clientEvents, crm, Self.order("vanished", "2026-02-01T00:00:00Z"))
            #expect(lost.status == 422)
            #expect(try await server.get(Site.clientAlerts + "?kind=x", try await server.key(.hr)).status == 400)
        }
    }
}
