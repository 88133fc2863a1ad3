import Curl
import Evidence
import Foundation
import TestSupport
import Testing

extension EndToEnd {
    /// The program behind Debian's Caddy, which does the TLS.
    struct ProxyTests {
        /// Requests through the proxy, with its authority trusted and nothing else.
        private struct Visitor {
            let proxy: Proxy
            let exchange: HTTPExchange

            func send(
                _ method: String, _ path: String, _ headers: [(String, String)] = [], body: [UInt8] = []
            ) async throws -> HTTPResponse {
                try await exchange.send(
                    HTTPRequest(
                        method: method, url: proxy.url + path,
                        headers: headers.map { HTTPHeader(name: $0.0, value: $0.1) }, body: body,
                        caFile: proxy.root))
            }

            func form(_ path: String, _ body: String, _ headers: [(String, String)] = []) async throws -> HTTPResponse {
                try await send(
                    "POST", path, [("Content-Type", "application/x-www-form-urlencoded")] + headers,
                    body: Array(body.utf8))
            }
        }

        @Test func `the shipped Caddyfile carries a sign-in over TLS and lets nobody choose an address`() async throws {
            let ports = try Proxy.ports()
            let exchange = HTTPExchange()
            defer { exchange.shutdown() }
            try await House.quiet(.init(publicURL: "https://localhost:\(ports.https)")) { house in
                try house.keep(secret: "correct-horse-battery-9", in: "li.password")
                try await house.succeed([
                    "accounts", "add", "--login", "li", "--name", "李雷", "--scopes", "issue", "--password-file",
                    house.path("li.password"),
                ])
                try await house.start()
                try await Proxy.with(ports, before: house.port) { proxy in
                    let visitor = Visitor(proxy: proxy, exchange: exchange)
                    try await Self.look(at: proxy, exchange)
                    try await Self.signIn(visitor)
                    try await Self.count(visitor)
                    try await Self.refuse(visitor)
                    try await house.stop()
                    try await Self.lookWithoutServer(visitor)
                }
            }
        }

        /// HTTP/2 and modern TLS only, and the way from http.
        private static func look(at proxy: Proxy, _ exchange: HTTPExchange) async throws {
            let modern = try await proxy.speak(["-alpn", "h2,http/1.1"])
            #expect(modern.contains("ALPN protocol: h2") && modern.contains("TLSv1.3"))
            let old = try await proxy.speak(["-tls1_1", "-cipher", "ALL:@SECLEVEL=0"])
            #expect(old.contains("no peer certificate available") && old.contains("Cipher is (NONE)"))
            let plain = try await exchange.send(
                HTTPRequest(url: "http://localhost:\(proxy.http)/sign-in?next=%2Finbox"))
            #expect((301...308).contains(plain.status))
            // Its own port is not told: whoever listens on others has something before it that forwards 443.
            #expect(plain.header("Location") == "https://localhost/sign-in?next=%2Finbox")
        }

        private static func signIn(_ visitor: Visitor) async throws {
            let door = try await visitor.send("GET", "/sign-in")
            #expect(door.status == 200)
            for (name, value) in [
                ("strict-transport-security", "max-age=31536000"), ("x-content-type-options", "nosniff"),
                ("referrer-policy", "no-referrer"), ("cache-control", "no-store"),
            ] {
                let found = door.headers.filter { $0.name.lowercased() == name }.map(\.value)
                #expect(found == [value], "\(name) comes once")
            }
            #expect(door.header("Content-Security-Policy")?.contains("frame-ancestors 'none'") == true)
            #expect(door.header("Server") == nil)
            let words = "login=li&password=correct-horse-battery-9&code=&next=%2Fissue"
            #expect(
                try await visitor.form("/sign-in", words, [("Origin", "https://evil.example")]).status == 403)
            let inside = try await visitor.form("/sign-in", words, [("Origin", visitor.proxy.url)])
            #expect(inside.status == 303 && inside.header("Location") == "/issue")
            let cookie = inside.header("Set-Cookie") ?? ""
            #expect(cookie.hasPrefix("__Host-songda=") && cookie.hasSuffix("; Path=/; HttpOnly; SameSite=Lax; Secure"))
            let session = String(cookie.prefix { $0 != ";" })
            #expect(try await visitor.send("GET", "/issue", [("Cookie", session)]).status == 200)
            #expect(try await visitor.send("GET", "/issue").status == 303)
        }

        /// Whoever makes addresses up is counted by their own, which the proxy saw.
        private static func count(_ visitor: Visitor) async throws {
            var statuses: [Int] = []
            for number in 0..<24 {
                let answer = try await visitor.send(
                    "GET", "/v1/notices",
                    [
                        ("Authorization", "Bearer sk_wrong"), ("X-Forwarded-For", "203.0.113.\(number)"),
                        ("Forwarded", "for=203.0.113.\(number)"), ("X-Real-IP", "203.0.113.\(number)"),
                    ])
                statuses.append(answer.status)
            }
            #expect(statuses.first == 401 && statuses.last == 429, "\(statuses)")
        }

        private static func refuse(_ visitor: Visitor) async throws {
            #expect(try await visitor.send("GET", "/metrics").status == 404)
            #expect(try await visitor.send("GET", "/readyz").status == 404)
            #expect(try await visitor.send("GET", "/healthz").status == 200)
            let large = [UInt8](repeating: 0x20, count: 42 << 20)
            let refused = try await visitor.send("POST", "/verify", [("Content-Type", "text/plain")], body: large)
            #expect(refused.status == 413)
            let other = try await visitor.send("GET", "/sign-in", [("Host", "other.example")])
            #expect(
                other.body.isEmpty && other.header("Content-Security-Policy") == nil,
                "only the configured host is served")
        }

        /// What the proxy says alone is as careful as what it carries.
        private static func lookWithoutServer(_ visitor: Visitor) async throws {
            let answer = try await visitor.send("GET", "/sign-in")
            #expect(answer.status == 502)
            #expect(answer.header("Strict-Transport-Security") == "max-age=31536000")
            #expect(String(decoding: answer.body, as: UTF8.self).contains("Songda"))
            #expect(answer.header("Server") == nil)
        }
    }
}
