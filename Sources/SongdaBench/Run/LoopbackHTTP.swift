import Glibc

/// The smallest HTTP client: one request a connection, to a port of loopback.
enum LoopbackHTTP {
    /// The whole answer to a GET, or nil if nobody listens.
    static func get(_ path: String, port: Int) -> String? { send("GET", path, port: port) }

    /// The whole answer to a request.
    ///
    /// - Parameters:
    ///   - key: an API key.
    ///   - once: the Idempotency-Key.
    ///   - cookie: what somebody who has signed in sends, `name=value`.
    static func send(
        _ method: String, _ path: String, port: Int, key: String? = nil, once: String? = nil, cookie: String? = nil,
        body: String = "", type: String = "application/json"
    ) -> String? {
        guard let socket = connect(to: port) else { return nil }
        defer { close(socket) }
        var request = "\(method) \(path) HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
        if let key { request += "Authorization: Bearer \(key)\r\n" }
        if let once { request += "Idempotency-Key: \(once)\r\n" }
        if let cookie { request += "Cookie: \(cookie)\r\n" }
        if !body.isEmpty { request += "Content-Type: \(type)\r\n" }
        request += "Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
        var left = Array(request.utf8)[...]
        while !left.isEmpty {
            let sent = left.withUnsafeBytes { write(socket, $0.baseAddress, $0.count) }
            guard sent > 0 else { return nil }
            left = left.dropFirst(sent)
        }
        var answer: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 16 << 10)
        while true {
            let count = read(socket, &buffer, buffer.count)
            guard count > 0 else { break }
            answer += buffer[..<count]
        }
        return answer.isEmpty ? nil : String(decoding: answer, as: UTF8.self)
    }

    private static func connect(to port: Int) -> Int32? {
        let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        address.sin_port = UInt16(truncatingIfNeeded: port).bigEndian
        let isConnected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
        guard isConnected else {
            close(socket)
            return nil
        }
        return socket
    }
}
