import Evidence
import Notices
import TestSupport
import Testing

@testable import Console

/// Whatever is sent, the answer is a refusal with a sentence, and nothing is stored.
@Suite struct BadInputTests {
    /// A name, the bytes, the status and the places that are named.
    struct Bad: Sendable, CustomTestStringConvertible {
        let name: String
        let bytes: [UInt8]
        let status: Int
        var fields: [String] = []
        var testDescription: String { name }

        init(_ name: String, _ text: String, _ status: Int, _ fields: [String] = []) {
            self.init(name, Array(text.utf8), status, fields)
        }

        init(_ name: String, _ bytes: [UInt8], _ status: Int, _ fields: [String] = []) {
            (self.name, self.bytes, self.status, self.fields) = (name, bytes, status, fields)
        }

        init(_ name: String, _ change: [String: JSONValue?], _ fields: [String]) {
            var members = TestServer.alert().object ?? [:]
            for (key, value) in change { members[key] = value }
            self.init(name, JSONValue.object(members).canonicalBytes, 422, fields)
        }
    }

    static let corpus: [Bad] = [
        Bad("nothing", "", 400),
        Bad("no JSON", "hello", 400),
        Bad("cut short", "{\"issuer\": \"ac", 400),
        Bad("two values", "{} {}", 400),
        Bad("a member twice", "{\"kind\":\"risk-alert\",\"kind\":\"dismissal\"}", 400),
        Bad("not UTF-8", Array("{\"kind\":\"".utf8) + [0xFF, 0xFE] + Array("\"}".utf8), 400),
        Bad("half a surrogate", "{\"kind\":\"\\ud800\"}", 400),
        Bad("nested ten thousand deep", String(repeating: "[", count: 10_000), 400),
        Bad(
            "nested in fields",
            "{\"fields\":{\"a\":" + String(repeating: "[", count: 70) + String(repeating: "]", count: 70) + "}}", 400),
        Bad("a number out of range", "{\"version\":1e999}", 400),
        Bad("a list", "[]", 422, ["body"]),
        Bad("null", "null", 422, ["body"]),
        Bad("empty object", "{}", 422, ["issuer", "kind", "recipients", "fields"]),
        Bad(
            "wrong types", ["issuer": 7, "recipients": "p-zhangsan", "fields": []], ["issuer", "recipients", "fields"]),
        Bad("wrong type in a list", ["recipients": ["p-zhangsan", 5, nil]], ["recipients[1]", "recipients[2]"]),
        Bad("unknown members", ["extra": 1, "isssuer": "x"], ["extra", "isssuer"]),
        Bad("CR LF", ["issuer": "acme\r\nBcc: x@y.example"], ["issuer"]),
        Bad("NUL", ["kind": "risk-alert\u{0}"], ["kind"]),
        Bad("CRLF in a recipient", ["recipients": ["p-zhangsan\r\n"]], ["recipients[0]"]),
        Bad("long line", ["issuer": .string(String(repeating: "a", count: 100_000))], ["issuer"]),
        Bad("unknown issuer", ["issuer": "nobody"], ["issuer"]),
        Bad("unknown person", ["recipients": ["p-nobody"]], ["recipients"]),
        Bad("same person twice", ["recipients": ["p-zhangsan", "p-zhangsan"]], ["recipients"]),
        Bad("unknown language", ["language": "fr"], ["language"]),
        Bad("fraction as version", ["version": 1.5], ["version"]),
        Bad("bad hash", ["expectedContentHash": "abc"], ["expectedContentHash"]),
        Bad(
            "faults inside nested parts",
            ["overrides": [["finding": "x"]], "declarations": ["unionNotifiedAt": "yesterday", "more": 1]],
            [
                "overrides[0].reason", "overrides[0].confirmedBy", "declarations.unionNotifiedAt", "declarations.more",
            ]),
        Bad(
            "unknown and mistyped fields of the kind",
            ["fields": ["employee": 5, "pattern": "absence", "count": "two", "nonsense": "x"]],
            ["employee", "count", "nonsense", "signals", "rule"]),
    ]

    @Test func `each bad request is refused with its places, and nothing is half-written`() async throws {
        try await TestServer.with { server in
            try await server.gateway.person()
            let key = try await server.key(.issue)
            for bad in Self.corpus {
                let answer = try await server.post(Site.notices, key, bytes: bad.bytes, idempotency: "k")
                #expect(answer.status == bad.status, "\(bad.name): \(answer.text.prefix(300))")
                #expect(answer["content-type"] == "application/problem+json", "\(bad.name)")
                #expect(answer.json["detail"]?.string?.isEmpty == false, "\(bad.name)")
                #expect(Set(answer.faultyFields).isSuperset(of: bad.fields), "\(bad.name): \(answer.faultyFields)")
                #expect(!answer.text.contains("\r"), "\(bad.name)")
                #expect(answer.body.count < 20_000, "\(bad.name) echoes \(answer.body.count) bytes")
            }
            #expect(try await server.gateway.store.notices(NoticeFilter(), before: nil, limit: 1).isEmpty)
            let good = try await server.post(Site.notices, key, TestServer.alert(), idempotency: "k")
            #expect(good.status == 202, "no refused request used up the key")
        }
    }

    @Test func `an empty text is told to be left out only where it may be`() async throws {
        try await TestServer.with { server in
            let key = try await server.key(.issue)
            let body = (TestServer.alert().object ?? [:]).merging(["issuer": "", "language": ""]) { $1 }
            let answer = try await server.post(Site.notices, key, .object(body), idempotency: "k")
            let told = (answer.json["errors"]?.array ?? []).map {
                "\($0["field"]?.string ?? ""): \($0["message"]?.string ?? "")"
            }
            #expect(
                told == [
                    "issuer: is empty, and is required; write something",
                    "language: is empty; write something or leave it out",
                ])
        }
    }

    @Test func `what is wrong with a field is told in the language of the rest, whatever that of the notice`()
        async throws
    {
        try await TestServer.with { server in
            try await server.gateway.person()
            let key = try await server.key(.issue)
            var body = TestServer.alert().object ?? [:]
            for language in ["zh-CN", "en"] {
                body["language"] = .string(language)
                body["fields"] = ["count": "many"]
                for path in [Site.notices, Site.preview] {
                    let answer = try await server.post(path, key, .object(body), idempotency: "k-\(language)")
                    let messages = (answer.json["errors"]?.array ?? []).compactMap { $0["message"]?.string }
                    #expect(answer.status == 422 && messages.count > 1, "\(answer.text)")
                    for message in messages {
                        // Labels of fields are those of their language too.
                        #expect(message.allSatisfy { $0.isASCII || "“”…".contains($0) }, "\(message)")
                    }
                }
            }
        }
    }

    @Test func `an unknown kind and an unknown version are refused`() async throws {
        try await TestServer.with { server in
            try await server.gateway.person()
            let key = try await server.key(.issue)
            for change in [["kind": "love-letter"], ["version": 99]] as [[String: JSONValue]] {
                let body = (TestServer.alert().object ?? [:]).merging(change) { $1 }
                let answer = try await server.post(Site.notices, key, .object(body), idempotency: "k")
                #expect(answer.status == 422 && answer.problem == "invalid")
            }
        }
    }

    @Test func `a field of ten megabytes is refused, announced or not`() async throws {
        try await TestServer.with { server in
            let key = try await server.key(.issue)
            let bytes =
                Array("{\"fields\":{\"employee\":\"".utf8) + Array(repeating: 0x61, count: 10 << 20)
                + Array("\"}}".utf8)
            let nobody = try await server.post(Site.notices, nil, bytes: bytes)
            #expect(nobody.status == 401)
            let announced = try await server.post(Site.notices, key, bytes: bytes, idempotency: "k")
            #expect(announced.status == 413 && announced.problem == "too_large")

            var chunked = Array(
                """
                POST \(Site.notices) HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\
                Authorization: Bearer \(key.secret)\r\nContent-Type: application/json\r\nIdempotency-Key: k\r\n\r\n
                """.utf8)
            for start in stride(from: 0, to: bytes.count, by: 65_536) {
                let part = bytes[start..<min(start + 65_536, bytes.count)]
                chunked += Array((String(part.count, radix: 16) + "\r\n").utf8) + part + [13, 10]
            }
            chunked += Array("0\r\n\r\n".utf8)
            let streamed = try await server.http.exchange(chunked)
            #expect(streamed.status == 413)
        }
    }

    @Test(arguments: ["text/plain", "", "application/json; charset=gbk", "application/jsonp", "multipart/form-data"])
    func `another media type is refused`(_ type: String) async throws {
        try await TestServer.with { server in
            let key = try await server.key(.issue)
            let answer = try await server.post(
                Site.notices, key, bytes: TestServer.alert().canonicalBytes, type: type, idempotency: "k")
            #expect(answer.status == 415 && answer.problem == "media_type")
        }
    }

    @Test(arguments: ["%00", "%0d%0aSet-Cookie:x", "..%2f..%2fetc", "%ff", "SD-x%27%20OR%201=1", "a%20b"])
    func `a path that names nothing of ours leads nowhere`(_ segment: String) async throws {
        try await TestServer.with { server in
            let key = try await server.key(.read)
            let answer = try await server.get("/v1/notices/\(segment)", key)
            #expect(answer.status == 404 && answer["set-cookie"] == nil)
        }
    }

    @Test(arguments: ["state=gone", "cursor=%27", "limit=0", "limit=x", "kind=%ff", "kind=%0", "kind=a&kind=b", "x=1"])
    func `a query that cannot be read is refused`(_ query: String) async throws {
        try await TestServer.with { server in
            let key = try await server.key(.read)
            #expect(try await server.get(Site.notices + "?" + query, key).status == 400)
        }
    }
}
