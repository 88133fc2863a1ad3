import Evidence
import Notices

/// The envelope sender of each delivery: `bounce+<token>@domain`, the token carrying the delivery and a MAC (VERP).
///
/// A report that comes back to the address names its delivery by itself, however badly the rest is written, and
/// an outsider cannot make one up. The recipient does see the address, so a report proves no more than that
/// somebody who had the message wrote it. There is no attempt number in the token: the address also stands in
/// Disposition-Notification-To, and a retry must be the same message to the byte.
public struct ReturnPath: Sendable {
    /// What an address or token turned out to be.
    public enum Verdict: Sendable, Hashable {
        /// One of ours, with a good MAC.
        case delivery(DeliveryID)
        /// Of our form with a MAC that is not ours: back-scatter or an attack.
        case forged
        /// Not of our form.
        case foreign
    }

    private let key: [UInt8]
    private let local: String
    private let domain: String
    private static let macLength = 10
    private static let longestLocalPart = 64
    /// A token is not read by other programs, so the form may change; the first byte tells how the id is packed.
    private static let packedUUID: UInt8 = 1
    private static let plainText: UInt8 = 2

    /// Addresses under a domain, authenticated by a secret key of 16 bytes or more.
    public init(key: [UInt8], local: String = "bounce", domain: String) throws(MailError) {
        guard key.count >= 16 else {
            throw MailError(.badReturnPath, field: "key", "has \(key.count) bytes; give 16 or more")
        }
        let example = try Mailbox(address: "\(local)@\(domain)", field: "bounce address")
        // A longer local part leaves no room for a token: 64 bytes in all, 44 of them for a UUID.
        guard local.utf8.count <= 19, !local.utf8.contains(0x2B) else {
            throw MailError(
                .badReturnPath, field: "bounce address",
                "\"\(FieldText.shortened(local))\" must be 19 bytes at most, without a plus sign")
        }
        self.key = key
        self.local = local.lowercased()
        self.domain = example.domain
    }

    /// The envelope sender of one delivery, the same at each attempt.
    public func mailbox(for delivery: DeliveryID) throws(MailError) -> Mailbox {
        let part = "\(local)+\(try token(for: delivery))"
        guard part.utf8.count <= Self.longestLocalPart else {
            throw MailError(
                .badReturnPath, field: "delivery id",
                "\"\(FieldText.shortened(delivery.rawValue))\" is too long for an envelope sender; use a UUID")
        }
        return try Mailbox(address: "\(part)@\(domain)", field: "envelope sender")
    }

    /// The token alone, used as envelope id (RFC 3461 ENVID) too.
    public func token(for delivery: DeliveryID) throws(MailError) -> String {
        let payload = try Self.pack(delivery)
        return Base32.encode(payload + mac(payload))
    }

    /// Reads a recipient address of incoming mail.
    public func read(address: String) -> Verdict {
        let bytes = Array(address.utf8)
        guard let at = bytes.lastIndex(of: 0x40),
            Self.lowercased(bytes[(at + 1)...]) == Array(domain.utf8),
            let plus = bytes[..<at].firstIndex(of: 0x2B),
            Self.lowercased(bytes[..<plus]) == Array(local.utf8)
        else { return .foreign }
        return read(bytes[(plus + 1)..<at])
    }

    /// Reads an envelope id that came back; anything that is not a token of ours is foreign, not forged,
    /// because other systems choose their own envelope ids.
    public func read(envelopeID: String) -> Verdict {
        let verdict = read(Array(envelopeID.utf8)[...])
        return verdict == .forged && Base32.decode(envelopeID.utf8) == nil ? .foreign : verdict
    }

    private func read(_ token: ArraySlice<UInt8>) -> Verdict {
        guard token.count <= Self.longestLocalPart, let bytes = Base32.decode(token), bytes.count > Self.macLength + 1
        else { return .forged }
        let payload = Array(bytes.dropLast(Self.macLength))
        guard ConstantTime.equal(mac(payload), Array(bytes.suffix(Self.macLength))),
            let delivery = Self.unpack(payload)
        else { return .forged }
        return .delivery(delivery)
    }

    /// The purpose and the domain are under the MAC, so that a key used in two places cannot be played off.
    private func mac(_ payload: [UInt8]) -> [UInt8] {
        Array(HMAC.sha256(key: key, Array("songda return path 1\0\(domain)\0".utf8) + payload).prefix(Self.macLength))
    }

    private static func pack(_ delivery: DeliveryID) throws(MailError) -> [UInt8] {
        if let uuid = UUIDText.bytes(of: delivery.rawValue) { return [packedUUID] + uuid }
        let text = Array(delivery.rawValue.utf8)
        guard !text.isEmpty, text.count <= 24, text.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw MailError(
                .badReturnPath, field: "delivery id",
                "\"\(FieldText.shortened(delivery.rawValue))\" must be a UUID or 1 to 24 printable ASCII characters")
        }
        return [plainText] + text
    }

    private static func unpack(_ payload: [UInt8]) -> DeliveryID? {
        let rest = Array(payload.dropFirst())
        switch payload.first {
        case packedUUID: return UUIDText.text(of: rest).map { DeliveryID($0) }
        case plainText: return DeliveryID(String(decoding: rest, as: UTF8.self))
        default: return nil
        }
    }

    private static func lowercased(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
        bytes.map { (0x41...0x5A).contains($0) ? $0 + 0x20 : $0 }
    }
}

/// The usual spelling of a UUID, with and without dashes.
enum UUIDText {
    /// The 16 bytes of lower-case text with dashes; nil for any other spelling, which would not come back the same.
    static func bytes(of text: String) -> [UInt8]? {
        guard let bytes = Hex.decode(text.filter { $0 != "-" }), self.text(of: bytes) == text else { return nil }
        return bytes
    }

    /// `01920000-0000-7000-8000-000000000000` for 16 bytes.
    static func text(of bytes: [UInt8]) -> String? {
        guard bytes.count == 16 else { return nil }
        return [bytes[0..<4], bytes[4..<6], bytes[6..<8], bytes[8..<10], bytes[10..<16]]
            .map { Hex.encode(Array($0)) }.joined(separator: "-")
    }
}
