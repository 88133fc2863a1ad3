import Hummingbird

/// Refuses forms that another site sends.
///
/// There are no cookies, so a forged form could do nothing its sender could not do alone; this is the second wall. With
/// `Referrer-Policy: no-referrer` browsers send `Origin: null` for our own forms, so that alone proves nothing against
/// one; `Sec-Fetch-Site`, where a browser sends it, does.
enum SameSite {
    static func check(_ call: Call, publicBaseURL: String?) throws(Problem) {
        if let site = call.headers.values(of: "Sec-Fetch-Site").first {
            guard site == "same-origin" || site == "none" else { throw refusal }
        }
        guard let origin = call.headers.values(of: "Origin").first, origin != "null" else { return }
        let own = [publicBaseURL.map(Self.origin), "http://\(call.authority)", "https://\(call.authority)"]
        guard own.contains(origin) else { throw refusal }
    }

    private static var refusal: Problem { .forbidden("the form was sent by another site; open the link itself") }

    /// The scheme and host of an address.
    private static func origin(_ url: String) -> String {
        url.split(separator: "/", maxSplits: 3, omittingEmptySubsequences: false).prefix(3).joined(separator: "/")
    }
}
