import Dispatch
import Evidence
import Foundation
import Glibc

/// One answer, as it came.
struct RawAnswer: Sendable {
    let status: Int
    let fields: [(name: String, value: String)]
    let body: [UInt8]

    var text: String { String(decoding: body, as: UTF8.self) }

    /// The body as JSON; null when it is none.
    var json: JSONValue { (try? JSONValue(parsing: body)) ?? .null }

    /// The code behind `urn:songda:problem:`, if this is a problem document.
    var problem: String? {
        guard self["content-type"] == "application/problem+json" else { return nil }
        return json["type"]?.string.map { String($0.dropFirst("urn:songda:problem:".count)) }
    }

    /// The places a problem names.
    var faultyFields: [String] { (json["errors"]?.array ?? []).compactMap { $0["field"]?.string } }

    subscript(name: String) -> String? { fields.first { $0.name.lowercased() == name }?.value }
}

/// A client that sends exactly what it is told, one connection a request.
struct RawHTTP: Sendable {
    let port: Int

    struct Failure: Error { let what: String }

    func send(
        _ method: String, _ path: String, fields: [(String, String)] = [], body: [UInt8] = []
    ) async throws -> RawAnswer {
        var head = "\(method) \(path) HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\nConnection: close\r\n"
        for (name, value) in fields { head += "\(name): \(value)\r\n" }
        let hasBody = method != "GET" && method != "HEAD"
        if hasBody { head += "Content-Length: \(body.count)\r\n" }
        return try await exchange(Array((head + "\r\n").utf8) + (hasBody ? body : []))
    }

    /// Sends bytes and reads until the server closes; on a thread of its own, since it blocks.
    func exchange(_ bytes: [UInt8]) async throws -> RawAnswer {
        let port = port
        return try await withCheckedThrowingContinuation { continuation in
            let thread = Thread { continuation.resume(with: Result { try Self.talk(port, bytes) }) }
            thread.stackSize = 512 << 10
            thread.start()
        }
    }

    /// Sends a head at once and the bytes behind it one by one, until all are sent or the server has answered or closed.
    ///
    /// - Returns: how many were sent, and how long it took.
    func trickle(
        _ bytes: [UInt8], behind head: [UInt8], pause: Duration
    ) async throws -> (sent: Int, time: Duration) {
        let port = port
        return try await withCheckedThrowingContinuation { continuation in
            let thread = Thread {
                continuation.resume(
                    with: Result {
                        let socket = try Self.connected(to: port)
                        defer { close(socket) }
                        let start = ContinuousClock.now
                        _ = Glibc.send(socket, head, head.count, Int32(MSG_NOSIGNAL))
                        var sent = 0
                        var wait = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
                        for byte in bytes {
                            guard withUnsafePointer(to: byte, { Glibc.send(socket, $0, 1, Int32(MSG_NOSIGNAL)) }) == 1
                            else { break }
                            sent += 1
                            // An answer or an end is something to read.
                            if poll(&wait, 1, Int32(pause / .milliseconds(1))) > 0 { break }
                        }
                        return (sent, ContinuousClock.now - start)
                    })
            }
            thread.start()
        }
    }

    private static func talk(_ port: Int, _ bytes: [UInt8]) throws -> RawAnswer {
        let socket = try connected(to: port)
        defer { close(socket) }
        return try talk(over: socket, bytes)
    }

    private static func connected(to port: Int) throws -> Int32 {
        let socket = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard socket >= 0 else { throw Failure(what: "socket") }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        let connected = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard connected == 0 else {
            close(socket)
            throw Failure(what: "connect: \(String(cString: strerror(errno)))")
        }
        return socket
    }

    private static func talk(over socket: Int32, _ bytes: [UInt8]) throws -> RawAnswer {
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes {
                Glibc.send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            // The server may answer and close before it has read everything; what it said is still there.
            if count <= 0 { break }
            sent += count
        }
        var answer: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = recv(socket, &buffer, buffer.count, 0)
            guard count > 0 else { break }
            answer += buffer[..<count]
        }
        return try parse(answer)
    }

    private static func parse(_ bytes: [UInt8]) throws -> RawAnswer {
        guard let end = bytes.indices.first(where: { bytes[$0...].starts(with: [13, 10, 13, 10]) }) else {
            throw Failure(what: "no answer in \(bytes.count) bytes")
        }
        let lines = String(decoding: bytes[..<end], as: UTF8.self).components(separatedBy: "\r\n")
        let words = lines[0].split(separator: " ")
        guard words.count >= 2, let status = Int(words[1]) else { throw Failure(what: lines[0]) }
        let fields = lines.dropFirst().compactMap { line -> (name: String, value: String)? in
            guard let colon = line.firstIndex(of: ":") else { return nil }
            return (String(line[..<colon]), line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces))
        }
        return RawAnswer(status: status, fields: fields, body: Array(bytes[(end + 4)...]))
    }
}
