import Foundation

extension Configuration {
    static func readHTTP(_ section: ConfigSection) throws(ConfigError) -> HTTP {
        try section.allow([
            "host", "port", "public-url", "portal", "trusts-forwarded-for", "proxies", "clear-text", "metrics-need-key",
        ])
        var http = HTTP()
        http.host = try section.text("host") ?? http.host
        http.port = try section.port("port", default: http.port)
        http.allowsClearText = try section.flag("clear-text", default: false)
        guard isLoopback(http.host) || http.allowsClearText else {
            throw section.fault(
                "host",
                "would take passwords and notices in clear text from other machines; use 127.0.0.1 behind a proxy that "
                    + "does TLS, or say clear-text: true if the way to the proxy is safe")
        }
        http.publicURL = try section.text("public-url")
        if let url = http.publicURL, !url.hasPrefix("https://"), !url.hasPrefix("http://127.0.0.1") {
            throw section.fault("public-url", "must begin with https://; links carry secrets")
        }
        if let url = http.publicURL, !isAddress(url) {
            throw section.fault("public-url", "is no address; write it like https://notices.example.com")
        }
        http.portal = try section.text("portal") ?? http.portal
        http.proxies = try readProxies(section)
        http.metricsNeedKey = try section.flag("metrics-need-key", default: false)
        return http
    }

    /// Who may say for whom they speak: with nothing named, the proxy on this machine.
    private static func readProxies(_ section: ConfigSection) throws(ConfigError) -> [String] {
        let named = try section.texts("proxies")
        guard try section.flag("trusts-forwarded-for", default: false) else {
            guard named.isEmpty else {
                throw section.fault("proxies", "is of no use without trusts-forwarded-for: true; set both or neither")
            }
            return []
        }
        var proxies = ["127.0.0.1", "::1"]
        for (index, address) in named.enumerated() {
            guard let plain = canonical(address) else {
                throw section.fault(
                    "proxies", "\"\(address.prefix(60))\" is no address of a machine; write it like 10.0.0.5 or fd00::5"
                )
            }
            if index == 0 { proxies = [] }
            proxies.append(plain)
        }
        return proxies
    }

    /// An address as the system writes those of its peers; nil for what is none.
    private static func canonical(_ text: String) -> String? {
        var (four, six) = (in_addr(), in6_addr())
        var room = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        if inet_pton(AF_INET, text, &four) == 1 {
            inet_ntop(AF_INET, &four, &room, socklen_t(room.count))
        } else if inet_pton(AF_INET6, text, &six) == 1 {
            inet_ntop(AF_INET6, &six, &room, socklen_t(room.count))
        } else {
            return nil
        }
        return String(decoding: room.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
