/// Which links a notice may carry.
enum LinkRules {
    static let schemes: Set<String> = ["https", "http", "mailto", "tel"]

    /// An absolute link with a listed scheme; relative links have no meaning in a mail or on paper.
    static func isAllowed(_ destination: String) -> Bool {
        guard let colon = destination.utf8.firstIndex(of: UInt8(ascii: ":")) else { return false }
        let scheme = destination[..<colon].lowercased()
        // Browsers skip tabs and line ends inside a scheme: only an exact match counts.
        return schemes.contains(scheme)
    }

    /// The address as people write it: `mailto:` and `tel:` are for programs.
    static func shown(_ destination: String) -> String {
        for prefix in ["mailto:", "tel:"] where destination.lowercased().hasPrefix(prefix) {
            return String(destination.dropFirst(prefix.count))
        }
        return destination
    }
}
