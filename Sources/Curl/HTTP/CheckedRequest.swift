import CCurl
import Glibc

/// A request whose every byte is known to be harmless, and what it needs beyond its own words.
struct CheckedRequest: Sendable {
    let request: HTTPRequest
    /// Header lines in libcurl's notation.
    let headerLines: [String]

    /// Refuses what could be read as something else, could leave this machine unprotected, or could leak a secret.
    init(_ request: HTTPRequest) throws(HTTPFailure) {
        self.request = request
        guard !request.method.isEmpty, request.method.utf8.allSatisfy({ (0x41...0x5A).contains($0) }) else {
            throw .notSent("method \(Quoted(request.method.utf8)) is not a word of upper-case letters")
        }
        try Self.checkURL(request)
        headerLines = try Self.headerLines(request)
    }

    /// Whether libcurl may repeat the request on a fresh connection when a kept one turns out dead.
    var isRepeatable: Bool { request.method == "GET" || request.method == "HEAD" }

    private static func checkURL(_ request: HTTPRequest) throws(HTTPFailure) {
        let shown = Quoted(request.url.utf8)
        guard request.url.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw .notSent("URL \(shown) has a space, a line end or a non-ASCII byte; percent-encode it")
        }
        guard let url = curl_url() else { throw .notSent("no memory to read URL \(shown)") }
        defer { curl_url_cleanup(url) }
        guard curl_url_set(url, CURLUPART_URL, request.url, 0) == CURLUE_OK, let host = part(url, CURLUPART_HOST) else {
            throw .notSent("URL \(shown) is not absolute; write https://host/path")
        }
        guard part(url, CURLUPART_USER) == nil, part(url, CURLUPART_PASSWORD) == nil else {
            throw .notSent("URL for host \(Quoted(host.utf8)) carries a login; put it into a header")
        }
        if request.reach == .publicOnly { try requirePublic(host, part(url, CURLUPART_PORT), shown) }
        switch part(url, CURLUPART_SCHEME) {
        case "https": return
        case "http" where request.allowClearText || isLoopback(host): return
        case "http": throw .notSent("URL \(shown) would send in clear text to another machine; use https")
        default: throw .notSent("URL \(shown) is neither https nor http")
        }
    }

    /// What can be seen without looking the name up; the address that is connected to is judged again.
    private static func requirePublic(_ host: String, _ port: String?, _ shown: Quoted) throws(HTTPFailure) {
        let bare = host.hasPrefix("[") ? String(host.dropFirst().dropLast()) : host
        let name = bare.hasSuffix(".") ? String(bare.dropLast()) : bare
        let isNamedHere = name.lowercased() == "localhost" || name.lowercased().hasSuffix(".localhost")
        if isNamedHere || PeerAddress(text: name)?.isPublic == false {
            throw .notSent("URL \(shown) leads to this machine or a private network; name a public host")
        }
        // Mail, shells and databases listen below; nothing that takes a web hook does.
        if let number = port.flatMap({ Int($0) }), number != 443, number < 1024 {
            throw .notSent("URL \(shown) names port \(number); use 443, or one from 1024")
        }
    }

    private static func part(_ url: OpaquePointer, _ what: CURLUPart) -> String? {
        var text: UnsafeMutablePointer<CChar>?
        guard curl_url_get(url, what, &text, 0) == CURLUE_OK, let text else { return nil }
        defer { curl_free(text) }
        return String(cString: text)
    }

    /// libcurl itself maps `localhost` to the loopback addresses, so no name server can move it.
    static func isLoopback(_ host: String) -> Bool {
        if host.lowercased() == "localhost" || host == "[::1]" || host == "::1" { return true }
        var address = in_addr()
        guard inet_pton(AF_INET, host, &address) == 1 else { return false }
        return UInt32(bigEndian: address.s_addr) >> 24 == 127
    }

    private static func headerLines(_ request: HTTPRequest) throws(HTTPFailure) -> [String] {
        // libcurl would wait a second for "100 Continue" and would invent a form's content type.
        var lines = ["Expect:"]
        if !request.headers.contains(where: { $0.name.lowercased() == "content-type" }) {
            lines.append("Content-Type:")
        }
        for header in request.headers {
            guard !header.name.isEmpty, header.name.utf8.allSatisfy(isTokenByte) else {
                throw .notSent("header name \(Quoted(header.name.utf8)) is not a token of RFC 9110")
            }
            guard header.value.utf8.allSatisfy({ $0 == 0x09 || ($0 >= 0x20 && $0 != 0x7F) }) else {
                throw .notSent("header \(header.name) has a line end or control character in its value; remove it")
            }
            guard !framing.contains(header.name.lowercased()) else {
                throw .notSent("header \(header.name) is set by the transport; leave it out")
            }
            let isEmpty = header.value.utf8.allSatisfy { $0 == 0x20 || $0 == 0x09 }
            // "Name:" would tell libcurl to remove the field.
            lines.append(isEmpty ? "\(header.name);" : "\(header.name): \(header.value)")
        }
        return lines
    }

    private static let framing: Set<String> = [
        "content-length", "transfer-encoding", "connection", "expect", "upgrade",
    ]

    private static func isTokenByte(_ byte: UInt8) -> Bool {
        byte.isDigit || (0x61...0x7A).contains(byte | 0x20) || "!#$%&'*+-.^_`|~".utf8.contains(byte)
    }
}
