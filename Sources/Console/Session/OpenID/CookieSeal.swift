import Evidence

/// Keeps a step of a sign-in in the browser that began it, so that no row is written for a stranger.
///
/// Authenticated and not encrypted: what is in it is the reader's own. Each kind has a mark of its own, so that one cannot
/// be taken for another, and ends after minutes.
struct CookieSeal: Sendable {
    private let key: [UInt8]

    /// Seals with a secret that all processes share.
    init(key: [UInt8]) { self.key = HMAC.sha256(key: key, Array("songda sign-in step".utf8)) }

    /// The value of a cookie.
    func seal(_ kind: String, _ members: [String: JSONValue], until end: Timestamp) -> String {
        var all = members
        all["end"] = .integer(end.microseconds)
        let payload = JSONValue.object(all).canonicalBytes
        return Base64.encodeURL(payload) + "." + Base64.encodeURL(mac(kind, payload))
    }

    /// What a cookie holds, or nil if it is forged, of another kind, or over.
    func open(_ kind: String, _ value: String, at now: Timestamp) -> JSONValue? {
        let parts = value.split(separator: ".", maxSplits: 1)
        guard value.utf8.count < 4000, parts.count == 2, let payload = Base64.decodeURL(String(parts[0])),
            let given = Base64.decodeURL(String(parts[1])), ConstantTime.equal(given, mac(kind, payload)),
            // Whoever made the MAC made the JSON; a failure here would be our own.
            let json = try? JSONValue(parsing: payload), let end = json["end"]?.integer, now.microseconds < end
        else { return nil }
        return json
    }

    private func mac(_ kind: String, _ payload: [UInt8]) -> [UInt8] {
        HMAC.sha256(key: key, Array("\(kind)\n".utf8) + payload)
    }
}
