import Evidence

/// Twilio's signature over a call-back: HMAC-SHA1 over the full address and the sorted form fields.
enum TwilioSignature {
    static func value(token: String, url: String, fields: [(name: String, value: String)]) -> String {
        let sorted = fields.sorted { ($0.name, $0.value) < ($1.name, $1.value) }
        let text = url + sorted.map { $0.name + $0.value }.joined()
        return Base64.encode(HMAC.sha1(key: Array(token.utf8), Array(text.utf8)))
    }

    /// Compares in constant time, so that the call-back address does not become an oracle.
    static func isValid(_ given: String, token: String, url: String, fields: [(name: String, value: String)]) -> Bool {
        ConstantTime.equal(Array(given.utf8), Array(value(token: token, url: url, fields: fields).utf8))
    }
}
