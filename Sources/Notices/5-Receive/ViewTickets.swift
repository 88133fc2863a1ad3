import Evidence

/// Lets the person who has just opened a notice answer it, without a session.
///
/// A ticket is authenticated, not stored: it names the delivery, the person, how they were identified, and its end.
public struct ViewTickets: Sendable {
    /// How long somebody may take to read before answering.
    public static let lifetime = Duration.seconds(1800)

    /// What a ticket proves.
    public struct Seen: Sendable, Hashable {
        /// What was opened.
        public let delivery: DeliveryID
        /// By whom.
        public let person: PersonID
        /// How they were identified.
        public let identification: ReadingDesk.Identification
    }

    private let key: [UInt8]

    /// Makes tickets with a secret key of 32 bytes.
    public init(key: [UInt8]) {
        precondition(key.count >= 32, "the ticket key needs 32 bytes")
        self.key = key
    }

    func ticket(
        for delivery: DeliveryID, person: PersonID, by identification: ReadingDesk.Identification, at now: Timestamp
    ) -> String {
        let payload = JSONValue.object([
            "d": .string(delivery.rawValue), "p": .string(person.rawValue), "i": .string(identification.rawValue),
            "e": .integer(now.adding(Self.lifetime).microseconds),
        ]).canonicalBytes
        return Base64.encodeURL(payload) + "." + Base64.encodeURL(HMAC.sha256(key: key, payload))
    }

    /// What the ticket proves, or nil if it is forged or over.
    func check(_ ticket: String, at now: Timestamp) -> Seen? {
        let parts = ticket.split(separator: ".", maxSplits: 1)
        guard
            ticket.utf8.count < 1000, parts.count == 2,
            let payload = Base64.decodeURL(String(parts[0])), let mac = Base64.decodeURL(String(parts[1])),
            ConstantTime.equal(mac, HMAC.sha256(key: key, payload)),
            // Whoever made the MAC made the JSON; a failure here would be our own.
            let json = try? JSONValue(parsing: payload),
            let end = json["e"]?.integer, now.microseconds < end,
            let delivery = json["d"]?.string, let person = json["p"]?.string,
            let identification = json["i"]?.string.flatMap(ReadingDesk.Identification.init)
        else { return nil }
        return Seen(delivery: DeliveryID(delivery), person: PersonID(person), identification: identification)
    }
}
