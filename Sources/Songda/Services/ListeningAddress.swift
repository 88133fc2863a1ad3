import Foundation

/// Where the server is to listen, tried before anything else is begun.
///
/// The library that listens says only what the system said; here the sentence names the option. Somebody may take the port
/// in between, and then its words are all there is.
struct ListeningAddress {
    private let http: Configuration.HTTP

    init(_ http: Configuration.HTTP) { self.http = http }

    /// Refuses an address that is not this machine's, whatever listens there.
    func requireLocal() throws {
        var any = http
        any.port = 0
        try ListeningAddress(any).requireFree()
    }

    /// Refuses an address that is not this machine's, or a port that is taken.
    func requireFree() throws {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV
        var found: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(http.host, "\(http.port)", &hints, &found)
        guard code == 0, let address = found else {
            throw ConfigError(
                "http.host", http.host,
                "is no address of this machine (\(String(cString: gai_strerror(code)))); use 127.0.0.1 behind a proxy",
                nil)
        }
        defer { freeaddrinfo(found) }
        let descriptor = socket(address.pointee.ai_family, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        var yes: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
        guard bind(descriptor, address.pointee.ai_addr, address.pointee.ai_addrlen) != 0 else { return }
        switch errno {
        case EADDRINUSE:
            throw ConfigError(
                "http.port", "\(http.port)",
                "is taken by another program on \(http.host); stop it, or choose another port here or with --port", nil)
        case EADDRNOTAVAIL:
            throw ConfigError(
                "http.host", http.host, "is no address of this machine; use 127.0.0.1 behind a proxy", nil)
        case EACCES:
            throw ConfigError(
                "http.port", "\(http.port)", "is for root alone; choose one from 1024 on, and a proxy before it", nil)
        default: return
        }
    }
}
