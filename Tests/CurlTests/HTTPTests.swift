import Curl
import Foundation
import TestSupport
import Testing

@Suite(.serialized)
struct HTTPTests {
    private func url(_ peer: ScriptedPeer, _ path: String) -> String { "http://127.0.0.1:\(peer.port)\(path)" }

    private func failure(_ request: HTTPRequest, _ exchange: HTTPExchange = HTTPExchange()) async -> HTTPFailure? {
        do {
            _ = try await exchange.send(request)
            return nil
        } catch {
            return error
        }
    }

    @Test func `a request arrives as given and the answer comes back as given`() async throws {
        let peer = try await ScriptedPeer.http(
            .at("/sms", .reply("HTTP/1.1 202 Accepted\nX-Request-Id: 77\nContent-Length: 4\n"), .raw("\u{0}{]\n")))
        let response = try await HTTPExchange().send(
            HTTPRequest(
                method: "POST", url: url(peer, "/sms?x=1"),
                headers: [
                    HTTPHeader(name: "X-Empty", value: ""), HTTPHeader(name: "Authorization", value: "Bearer t"),
                ],
                body: Array("to=1&text=通知".utf8)))
        #expect(response.status == 202)
        #expect(response.header("x-request-id") == "77")
        #expect(response.body == Array("\u{0}{]\n".utf8))
        let request = String(decoding: peer.messages.first ?? [], as: UTF8.self)
        #expect(request.hasPrefix("POST /sms?x=1 HTTP/1.1\r\n"))
        #expect(request.hasSuffix("\r\n\r\nto=1&text=通知"))
        #expect(request.contains("\r\nX-Empty:\r\n") && request.contains("\r\nAuthorization: Bearer t\r\n"))
        let lower = request.lowercased()
        for unwanted in ["expect:", "content-type:", "accept-encoding:"] { #expect(!lower.contains(unwanted)) }
        await peer.stop()
    }

    @Test(arguments: ["POST", "PUT", "DELETE", "HEAD", "GET"])
    func `each method is sent, with a body or without`(_ method: String) async throws {
        let peer = try await ScriptedPeer.http(.at("/", .reply("HTTP/1.1 204 No Content\n")))
        let exchange = HTTPExchange()
        #expect(try await exchange.send(HTTPRequest(method: method, url: url(peer, "/"))).status == 204)
        #expect(peer.messages.first?.starts(with: Array("\(method) / HTTP/1.1\r\n".utf8)) == true)
        await peer.stop()
    }

    @Test func `connections are kept`() async throws {
        let peer = try await ScriptedPeer.http()
        let exchange = HTTPExchange()
        for _ in 0..<20 {
            let request = HTTPRequest(method: "POST", url: url(peer, "/"), body: [1, 2, 3])
            #expect(try await exchange.send(request).body == Array("ok".utf8))
        }
        #expect(peer.connections == 1)
        await peer.stop()
    }

    @Test func `many requests run at once`() async throws {
        let peer = try await ScriptedPeer.http(
            .at("/", .pause(.milliseconds(300)), .reply("HTTP/1.1 200 OK\nContent-Length: 0\n")))
        let exchange = HTTPExchange()
        let start = ContinuousClock.now
        let statuses = await withTaskGroup(of: Int?.self) { group in
            for _ in 0..<30 {
                group.addTask { try? await exchange.send(HTTPRequest(url: url(peer, "/"))).status }
            }
            return await group.reduce(into: [Int?]()) { $0.append($1) }
        }
        #expect(statuses.allSatisfy { $0 == 200 })
        #expect(ContinuousClock.now - start < .seconds(6), "one after the other would take nine seconds")
        await peer.stop()
    }

    @Test func `F34 an error answer is an answer, with its headers`() async throws {
        let peer = try await ScriptedPeer.http(
            .at("/500", .reply("HTTP/1.1 500 Oops\nContent-Length: 4\n"), .raw("oops")),
            .at("/429", .reply("HTTP/1.1 429 Slow down\nRetry-After: 120\nContent-Length: 0\n")),
            .at("/cut", .reply("HTTP/1.1 200 OK\nContent-Length: 6\n"), .raw("{\"a\":1")))
        let exchange = HTTPExchange()
        #expect(try await exchange.send(HTTPRequest(url: url(peer, "/500"))).status == 500)
        #expect(try await exchange.send(HTTPRequest(url: url(peer, "/429"))).header("Retry-After") == "120")
        #expect(try await exchange.send(HTTPRequest(url: url(peer, "/cut"))).body == Array("{\"a\":1".utf8))
        await peer.stop()
    }

    @Test func `F34 a redirect is not followed`() async throws {
        let peer = try await ScriptedPeer.http(
            .at("/", .reply("HTTP/1.1 307 Elsewhere\nLocation: /stolen\nContent-Length: 0\n")))
        let response = try await HTTPExchange().send(HTTPRequest(method: "POST", url: url(peer, "/"), body: [1]))
        #expect(response.status == 307 && response.header("Location") == "/stolen")
        #expect(peer.messages.count == 1)
        await peer.stop()
    }

    @Test(arguments: [true, false])
    func `F34 a body beyond the limit is refused`(_ announced: Bool) async throws {
        let length = announced ? "Content-Length: 10000000" : "Connection: close"
        let peer = try await ScriptedPeer.http(
            .at("/", .reply("HTTP/1.1 200 OK\n\(length)\n"), .fill(10_000_000), .close))
        guard case .responseTooLarge = await failure(HTTPRequest(url: url(peer, "/"))) else {
            Issue.record("10 MB came through a limit of 1 MiB")
            return
        }
        var request = HTTPRequest(url: url(peer, "/"))
        request.maxResponseBytes = 10_000_000
        #expect(try await HTTPExchange().send(request).body.count == 10_000_000)
        await peer.stop()
    }

    @Test func `F34 endless headers are refused`() async throws {
        let peer = try await ScriptedPeer.http(
            .at(
                "/",
                .raw(
                    "HTTP/1.1 200 OK\r\n"
                        + String(repeating: "X-A: \(String(repeating: "a", count: 90))\r\n", count: 5000))))
        guard case .responseTooLarge = await failure(HTTPRequest(url: url(peer, "/"))) else {
            Issue.record("450 kB of headers came through")
            return
        }
        await peer.stop()
    }

    @Test func `F34 compressed bytes are handed on untouched`() async throws {
        let peer = try await ScriptedPeer.http(
            .at("/", .reply("HTTP/1.1 200 OK\nContent-Encoding: gzip\nContent-Length: 5\n"), .raw("bombs")))
        let response = try await HTTPExchange().send(HTTPRequest(url: url(peer, "/")))
        #expect(response.body == Array("bombs".utf8) && response.header("content-encoding") == "gzip")
        await peer.stop()
    }

    @Test func `F35 a timeout after the request was sent is unknown`() async throws {
        let peer = try await ScriptedPeer.http(.at("/", .silent))
        var request = HTTPRequest(method: "POST", url: url(peer, "/"), body: Array("sms".utf8))
        request.timeout = .seconds(1)
        guard case .unknown = await failure(request) else {
            Issue.record("the request had been received")
            return
        }
        #expect(peer.messages.count == 1)
        await peer.stop()
    }

    @Test func `F35 a reply that is lost or cut is unknown`() async throws {
        let peer = try await ScriptedPeer.http(
            .at("/close", .close), .at("/reset", .reset),
            .at("/cut", .reply("HTTP/1.1 200 OK\nContent-Length: 100\n"), .raw("half"), .close))
        for path in ["/close", "/reset", "/cut"] {
            guard case .unknown = await failure(HTTPRequest(method: "POST", url: url(peer, path), body: [1])) else {
                Issue.record("\(path) is not unknown")
                continue
            }
        }
        #expect(peer.messages.count == 3)
        await peer.stop()
    }

    @Test(arguments: [0, 1, 2000])
    func `F35 a request with side effects is never repeated on a fresh connection`(_ size: Int) async throws {
        let peer = try await ScriptedPeer.http(.at("/send", .close))
        let exchange = HTTPExchange()
        _ = try await exchange.send(HTTPRequest(url: url(peer, "/")))
        let body = [UInt8](repeating: 7, count: size)
        let request = HTTPRequest(method: "POST", url: url(peer, "/send"), body: body)
        guard case .unknown = await failure(request, exchange) else {
            Issue.record("the gateway had the request")
            return
        }
        #expect(peer.messages.filter { $0.starts(with: Array("POST".utf8)) }.count == 1)
        await peer.stop()
    }

    @Test func `a request that cannot leave is certainly not sent`() async throws {
        let closed = try LoopbackPort.free()
        let certificates = try await TestCertificates.make()
        let peer = try await ScriptedPeer.http(identity: certificates.good)
        let secure = "https://localhost:\(peer.port)/"
        let requests = [
            HTTPRequest(url: "http://127.0.0.1:\(closed)/"), HTTPRequest(url: "https://nowhere.invalid/"),
            HTTPRequest(url: secure), HTTPRequest(url: secure, caFile: certificates.otherCAFile),
            HTTPRequest(url: "http://192.0.2.1/"), HTTPRequest(url: "http://127.0.0.1.evil.invalid/"),
            HTTPRequest(url: "https://user:pass@localhost/"), HTTPRequest(url: "ftp://localhost/"),
            HTTPRequest(url: "file:///etc/passwd"), HTTPRequest(url: "/relative"), HTTPRequest(url: "https://a/ b"),
            HTTPRequest(url: "https://a/\r\nHost: b"), HTTPRequest(method: "get", url: secure),
            HTTPRequest(method: "GET /x", url: secure),
        ]
        for request in requests {
            guard case .notSent = await failure(request) else {
                Issue.record("\(request.url) was not refused as not sent")
                continue
            }
        }
        #expect(peer.messages.isEmpty)
        #expect(try await HTTPExchange().send(HTTPRequest(url: secure, caFile: certificates.caFile)).status == 200)
        await peer.stop()
    }

    @Test(
        arguments: Raw.texts(
            "X-A=b\r\nX-Evil: c", "X-A=b\nc", "X-A=b\u{0}", "X A=b", "X-A:=b", "=b", "Content-Length=5",
            "Transfer-Encoding=chunked", "X-A\r\nX-B=c"))
    func `a header that would break the request is refused`(_ sample: Raw) async throws {
        let parts = sample.text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        let peer = try await ScriptedPeer.http()
        let request = HTTPRequest(url: url(peer, "/"), headers: [HTTPHeader(name: parts[0], value: parts[1])])
        guard case .notSent = await failure(request) else {
            Issue.record("the header was sent")
            return
        }
        #expect(peer.connections == 0)
        await peer.stop()
    }

    @Test func `cancelling takes a request off the wire`() async throws {
        let peer = try await ScriptedPeer.http(.at("/", .silent))
        let exchange = HTTPExchange()
        let failure = await withTaskGroup(of: HTTPFailure?.self) { group in
            group.addTask { await self.failure(HTTPRequest(method: "POST", url: url(peer, "/"), body: [1]), exchange) }
            try? await peer.wait(for: "POST")
            group.cancelAll()
            return await group.next() ?? nil
        }
        guard case .unknown = failure else {
            Issue.record("the peer had the request: \(failure as Any)")
            return
        }
        try await peer.wait(forKind: "gone")
        await peer.stop()
    }

    @Test func `shutting down answers every request`() async throws {
        let peer = try await ScriptedPeer.http(.at("/", .silent))
        let exchange = HTTPExchange()
        async let pending = failure(HTTPRequest(method: "POST", url: url(peer, "/"), body: [1]), exchange)
        try await peer.wait(for: "POST")
        exchange.shutdown()
        guard case .unknown = await pending else {
            Issue.record("the peer had the request")
            return
        }
        guard case .notSent = await failure(HTTPRequest(url: url(peer, "/")), exchange) else {
            Issue.record("a stopped exchange must send nothing")
            return
        }
        await peer.stop()
    }
}
