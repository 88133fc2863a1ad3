import Evidence
import Notices

/// Lets whoever has just opened a notice fetch its document for half an hour.
///
/// Authenticated, not stored: it names the notice and its end. The opening itself is already on record.
struct DocumentPass: Sendable {
    private let key: [UInt8]

    /// Makes passes with a secret that all processes share.
    init(key: [UInt8]) { self.key = key }

    /// A pass for one notice.
    func pass(for notice: NoticeID, at now: Timestamp) -> String {
        let payload = JSONValue.object([
            "n": .string(notice.rawValue), "e": .integer(now.adding(ViewTickets.lifetime).microseconds),
        ]).canonicalBytes
        return Base64.encodeURL(payload) + "." + Base64.encodeURL(mac(payload))
    }

    /// The notice a pass opens, or nil if it is forged or over.
    func check(_ pass: String, at now: Timestamp) -> NoticeID? {
        let parts = pass.split(separator: ".", maxSplits: 1)
        guard pass.utf8.count < 500, parts.count == 2, let payload = Base64.decodeURL(String(parts[0])),
            let given = Base64.decodeURL(String(parts[1])), ConstantTime.equal(given, mac(payload)),
            // Whoever made the MAC made the JSON; a failure here would be our own.
            let json = try? JSONValue(parsing: payload), let end = json["e"]?.integer, now.microseconds < end
        else { return nil }
        return json["n"]?.string.map { NoticeID($0) }
    }

    private func mac(_ payload: [UInt8]) -> [UInt8] {
        HMAC.sha256(key: key, Array("songda document pass ".utf8) + payload)
    }
}
