import Evidence
import Notices
import Testing

@testable import Console

/// Callers that send a body one byte at a time, to hold a connection.
struct SlowBodyTests {
    private func request(_ server: TestServer, _ key: TestServer.Key, length: Int) -> [UInt8] {
        let head = """
            POST /v1/notices HTTP/1.1\r
            Host: 127.0.0.1:\(server.http.port)\r
            Authorization: Bearer \(key.secret)\r
            Content-Type: application/json\r
            Idempotency-Key: slow\r
            Content-Length: \(length)\r
            \r

            """
        return Array(head.utf8)
    }

    @Test func `a body that trickles is ended although the connection is never idle`() async throws {
        try await TestServer.with(slowest: .seconds(1)) { server in
            let key = try await server.key(.issue)
            let head = request(server, key, length: 100_000)
            // A byte every 50 ms: far from the idle timeout of half a minute.
            let body = [UInt8](repeating: 0x20, count: 2000)
            let ended = try await server.http.trickle(body, behind: head, pause: .milliseconds(50))
            #expect(ended.sent < body.count, "the server never closed")
            #expect(ended.time < .seconds(60), "it took \(ended.time)")
            #expect(try await server.get("/healthz").status == 200, "others are served")
        }
    }

    @Test func `a large body at an honest pace is read to its end`() async throws {
        try await TestServer.with(slowest: .seconds(1)) { server in
            let key = try await server.key(.issue)
            let answer = try await server.post("/v1/notices", key, bytes: [UInt8](repeating: 0x20, count: 200_000))
            #expect([400, 413, 422].contains(answer.status), "\(answer.status): it was read and judged")
        }
    }
}
