import Evidence
import Foundation
import Notices
import TestSupport
import Testing

@testable import Console

/// Who may use which address.
@Suite struct AccessTests {
    /// A path that fits a pattern; what it names does not exist.
    private static func path(_ pattern: String) -> String {
        pattern.split(separator: "/", omittingEmptySubsequences: false)
            .map { $0.hasPrefix("{") ? "nothing" : String($0) }.joined(separator: "/")
    }

    @Test func `S-128 every address with a lock refuses a missing, a wrong and an insufficient key`() async throws {
        try await TestServer.with { server in
            try await server.gateway.person()
            let wrong = TestServer.Key(id: "none", secret: "sd_live_" + Base64.encodeURL(SecureRandom.bytes(32)))
            var locked = 0
            for endpoint in server.server.endpoints {
                guard case .key(let scopes) = endpoint.access else { continue }
                locked += 1
                let (method, path) = (endpoint.method.rawValue, Self.path(endpoint.path))
                let missing = try await server.post(path, nil, .object([:]), method: method)
                #expect(missing.status == 401 && missing.problem == "unauthorized", "\(method) \(path)")
                #expect(missing["www-authenticate"]?.hasPrefix("Bearer") == true)
                // The bucket of wrong keys is not what is tested here.
                server.gateway.pass(.seconds(60))
                let unknown = try await server.post(path, wrong, .object([:]), method: method)
                #expect(unknown.status == 401, "\(method) \(path)")
                let others = Set(APIKey.Scope.allCases).subtracting(scopes)
                for scope in others {
                    let key = try await server.key(scope, person: scope.actsForPerson ? PersonID("p-zhangsan") : nil)
                    let insufficient = try await server.post(path, key, .object([:]), method: method)
                    #expect(insufficient.status == 403, "\(method) \(path) with \(scope)")
                    #expect(insufficient["www-authenticate"]?.contains("insufficient_scope") == true)
                }
            }
            #expect(locked == 203, "an address was added or lost its lock: look at the table, then change this number")
        }
    }

    @Test func `only these addresses are open, and none of them shows content`() async throws {
        try await TestServer.with { server in
            let open = server.server.endpoints.filter { $0.access == .open }.map { "\($0.method) \($0.path)" }
            #expect(
                Set(open) == [
                    "GET /healthz", "GET /readyz", "GET /metrics", "GET /v1/receipts/{feed}",
                    "POST /v1/receipts/{feed}", "GET /n/{token}", "POST /n/{token}", "POST /n/{token}/code",
                    "POST /n/{token}/answer", "POST /n/{token}/reply", "POST /n/{token}/document", "GET /assets/{file}",
                    "GET /sign-in", "POST /sign-in", "GET /openapi.json", "GET /docs",
                    "GET /verify", "POST /verify", "GET /check", "GET /help", "GET /help/{topic}",
                ])
        }
    }

    @Test func `every page with an address is on the list of those that a browser looks at in all ways`() async throws {
        let file = TestResources.root + "/Tests/EndToEndTests/Browser/pages.json"
        let list = try JSONDecoder().decode(
            [String: [String]].self, from: Data(contentsOf: URL(fileURLWithPath: file)))
        let listed = list.values.flatMap(\.self)
        #expect(Set(listed).count == listed.count, "a page stands there twice")
        try await TestServer.with { server in
            let pages = server.server.endpoints.filter { $0.method == .get && $0.style == .page }.map(\.path)
            let openID = Set(list["openid"] ?? [])
            #expect(Set(pages).symmetricDifference(Set(listed).subtracting(openID)) == [])
        }
    }

    @Test func `a revoked key opens nothing`() async throws {
        try await TestServer.with { server in
            let key = try await server.key(.read)
            #expect(try await server.get(Site.notices, key).status == 200)
            try await server.revoke(key)
            #expect(try await server.get(Site.notices, key).status == 401)
        }
    }

    @Test func `wrong keys are slowed down and right ones are not`() async throws {
        try await TestServer.with { server in
            let right = try await server.key(.read)
            let wrong = TestServer.Key(id: "none", secret: "sk_wrong")
            var statuses: [Int] = []
            for _ in 0..<25 { statuses.append(try await server.get(Site.notices, wrong).status) }
            #expect(statuses.filter { $0 == 401 }.count == 20)
            let last = try await server.get(Site.notices, wrong)
            #expect(last.status == 429 && last.problem == "too_many_requests")
            #expect(last["retry-after"].flatMap { Int($0) } ?? 0 >= 1)
            #expect(try await server.get(Site.notices, right).status == 200)
            server.gateway.pass(.seconds(10))
            #expect(try await server.get(Site.notices, wrong).status == 401)
        }
    }

    @Test func `an address behind a proxy is believed from the configured proxy and from nobody else`() {
        let local: Set = ["127.0.0.1", "::1"]
        for (peer, forwarded, proxies, counted) in [
            ("127.0.0.1", "203.0.113.7", local, "203.0.113.7"),
            ("::ffff:127.0.0.1", "203.0.113.7", local, "203.0.113.7"),
            ("::1", "2001:db8:1:2:3::4", local, "2001:db8:1:2"),
            // What came with the request stands first; only the last is the proxy's own word.
            ("127.0.0.1", "198.51.100.1, 203.0.113.7", local, "203.0.113.7"),
            ("198.51.100.9", "203.0.113.7", local, "198.51.100.9"),
            ("127.0.0.1", "203.0.113.7", [], "127.0.0.1"),
            ("127.0.0.1", "new-name-each-time", local, "127.0.0.1"), ("127.0.0.1", "", local, "127.0.0.1"),
            ("127.0.0.1", nil, local, "127.0.0.1"),
        ] as [(String, String?, Set<String>, String)] {
            let found = Gatekeeper.client(peer, forwarded: forwarded, proxies: proxies)
            #expect(found == counted, "\(forwarded ?? "nothing") by \(peer)")
        }
    }

    @Test func `behind a proxy each is counted by their own address, and before one everybody by theirs`() async throws
    {
        try await TestServer.with(proxies: ["127.0.0.1"]) { server in
            let wrong = TestServer.Key(id: "none", secret: "sk_wrong")
            var statuses: [Int] = []
            for address in Array(repeating: "203.0.113.7", count: 21) + ["203.0.113.8"] {
                let fields = [("X-Forwarded-For", address)]
                statuses.append(try await server.get(Site.notices, wrong, fields: fields).status)
            }
            #expect(statuses == Array(repeating: 401, count: 20) + [429, 401])
        }
        try await TestServer.with { server in
            let wrong = TestServer.Key(id: "none", secret: "sk_wrong")
            var statuses: [Int] = []
            for number in 0..<21 {
                let forged = [("X-Forwarded-For", "203.0.113.\(number)")]
                statuses.append(try await server.get(Site.notices, wrong, fields: forged).status)
            }
            #expect(statuses.last == 429, "whoever makes addresses up is counted by their own")
        }
    }

    @Test func `what stands in no table is not there, and a wrong method is told the right ones`() async throws {
        try await TestServer.with { server in
            let key = try await server.key(.read, .issue, .administer)
            let nowhere = try await server.get("/v1/secrets", key)
            #expect(nowhere.status == 404 && nowhere.problem == "not_found")
            let method = try await server.post(Site.notices, key, .object([:]), method: "PATCH")
            #expect(method.status == 405 && method["allow"] == "GET, POST")
        }
    }

    @Test(arguments: ["/v1/nowhere", "/healthz", "/n/unknown", "/v1/notices", "/v1/receipts/x"])
    func `every answer carries the fields that make browsers careful`(_ path: String) async throws {
        try await TestServer.with { server in
            let answer = try await server.get(path)
            #expect(answer["content-security-policy"]?.contains("default-src 'self'") == true)
            #expect(answer["content-security-policy"]?.contains("frame-ancestors 'none'") == true)
            #expect(answer["x-content-type-options"] == "nosniff")
            #expect(answer["referrer-policy"] == "no-referrer")
            #expect(answer["cache-control"] == "no-store")
            #expect(answer["strict-transport-security"] != nil)
            #expect(answer["set-cookie"] == nil)
        }
    }

    @Test func `the access log names neither tokens nor secrets nor network addresses`() async throws {
        try await TestServer.with { server in
            let token = String(repeating: "ab", count: 32)
            _ = try await server.get("/n/\(token)?lang=en")
            _ = try await server.get("/n/\(token)/more")
            _ = try await server.post("/v1/receipts/a-secret-nobody-may-read-in-a-log", nil, .object([:]))
            let key = try await server.key(.read)
            _ = try await server.get(Site.notices + "?person=p-zhangsan", key)
            // The framework says once where it listens; that is not about anybody.
            let lines = server.logged.all.filter { !$0.contains("Server started") }
            #expect(lines.filter { $0.contains("/n/{token}") }.count == 1)
            #expect(lines.contains { $0.contains("GET /v1/notices 200") && $0.contains("key=\(key.id)") })
            for line in lines {
                for secret in [token, "a-secret-nobody", key.secret, "127.0.0.1", "p-zhangsan"] {
                    #expect(!line.contains(secret), "\(line)")
                }
            }
        }
    }

    @Test func `health is told with reasons`() async throws {
        let report = HealthReport(checks: [
            .init(name: "database", isOK: true, code: "durable", reason: .init(zh: "可写", en: "answers")),
            .init(
                name: "clock", isOK: false, code: "behind",
                reason: .init(zh: "比时间戳机构慢 12 秒", en: "12 s behind the timestamp authority")),
        ])
        try await TestServer.with(health: report) { server in
            #expect(try await server.get(Site.health).json["status"]?.string == "ok")
            let ready = try await server.get(Site.ready)
            #expect(ready.status == 503 && ready.json["ready"]?.bool == false)
            let clock = try #require(ready.json["checks"]?[1])
            #expect(clock["code"]?.string == "behind")
            #expect(clock["reason"]?["en"]?.string == "12 s behind the timestamp authority")
            #expect(clock["reason"]?["zh-CN"]?.string == "比时间戳机构慢 12 秒")
            #expect(try await server.get(Site.metrics)["content-type"]?.hasPrefix("text/plain; version=0.0.4") == true)
        }
    }
}
