/// Finds what a provider would take for a link: a scheme, a host name, an IPv4 address.
enum SMSLink {
    /// The first link in a text, or nil.
    ///
    /// It looks at runs of the characters a link is made of, so that Chinese text may touch it on both sides.
    static func first(in text: String) -> String? {
        for run in text.utf8.split(whereSeparator: { !isLinkByte($0) }) {
            let word = String(decoding: run, as: UTF8.self).lowercased()
            if word.contains("://") || word.hasPrefix("www.") { return word }
            let host = word.prefix { $0 != "/" && $0 != ":" && $0 != "?" && $0 != "#" }
            let bare = host.hasSuffix(".") ? host.dropLast() : host
            let labels = bare.split(separator: ".", omittingEmptySubsequences: false)
            guard labels.count >= 2, labels.allSatisfy({ !$0.isEmpty }), let last = labels.last else { continue }
            if topLevels.contains(String(last)) || isIPv4(labels) { return word }
        }
        return nil
    }

    private static func isLinkByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        default: "-._~:/?#@%&=+".utf8.contains(byte)
        }
    }

    private static func isIPv4(_ labels: [Substring]) -> Bool {
        labels.count == 4 && labels.allSatisfy { UInt8($0) != nil }
    }

    /// The endings seen in mainland messages; an abbreviation such as "Co.Ltd" is deliberately not one.
    private static let topLevels: Set<String> = [
        "ai", "app", "asia", "biz", "cc", "club", "cn", "co", "com", "dev", "edu", "eu", "fun", "gov", "hk", "info",
        "ink", "io", "jp", "link", "live", "ly", "me", "mobi", "net", "online", "org", "pro", "ren", "shop", "site",
        "store", "tech", "top", "tv", "tw", "uk", "us", "vip", "win", "xin", "xyz",
    ]
}
