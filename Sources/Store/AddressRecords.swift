import Evidence
import Notices
import SQL

/// How addresses and recipients lie in sealed columns: JSON, sorted.
///
/// Written and read by hand: every delivery passes here several times, and the general coder costs more than sealing.
enum AddressRecords {
    static func bytes(_ address: ServiceAddress) -> [UInt8] { json(address).canonicalBytes }

    static func bytes(_ recipient: NoticeRecipient) -> [UInt8] {
        JSONValue.object([
            "person": .string(recipient.person.rawValue), "name": .string(recipient.name),
            "language": .string(recipient.language), "addresses": .array(recipient.addresses.map(json)),
        ]).canonicalBytes
    }

    static func address(_ bytes: [UInt8]) throws -> ServiceAddress { try address(JSONValue(parsing: bytes)) }

    static func recipient(_ bytes: [UInt8]) throws -> NoticeRecipient {
        let json = try JSONValue(parsing: bytes)
        guard let person = json["person"]?.string, let name = json["name"]?.string,
            let language = json["language"]?.string, let addresses = json["addresses"]?.array
        else { throw damaged("recipient") }
        return NoticeRecipient(
            Recipient(
                id: PersonID(person), externalID: nil, name: name, language: language,
                addresses: try addresses.map(address)))
    }

    private static func json(_ address: ServiceAddress) -> JSONValue {
        var members: [String: JSONValue] = [
            "channel": .string(address.channel.rawValue), "value": .string(address.value),
        ]
        if let confirmation = address.confirmation {
            members["confirmation"] = .object([
                "agreementHash": .string(confirmation.agreementHash.hex),
                "agreedAt": .string(confirmation.agreedAt.rfc3339), "provedBy": .string(confirmation.provedBy),
                "provedAt": .string(confirmation.provedAt.rfc3339),
            ])
        }
        return .object(members)
    }

    private static func address(_ json: JSONValue) throws -> ServiceAddress {
        guard let channel = json["channel"]?.string.flatMap(ChannelKind.init(rawValue:)),
            let value = json["value"]?.string
        else { throw damaged("address") }
        return ServiceAddress(channel: channel, value: value, confirmation: try json["confirmation"].map(confirmation))
    }

    private static func confirmation(_ json: JSONValue) throws -> AddressConfirmation {
        guard let hash = json["agreementHash"]?.string.flatMap(Digest.init(hex:)),
            let agreedAt = json["agreedAt"]?.string.flatMap(Timestamp.init(rfc3339:)),
            let provedBy = json["provedBy"]?.string,
            let provedAt = json["provedAt"]?.string.flatMap(Timestamp.init(rfc3339:))
        else { throw damaged("confirmation") }
        return AddressConfirmation(agreementHash: hash, agreedAt: agreedAt, provedBy: provedBy, provedAt: provedAt)
    }

    private static func damaged(_ what: String) -> SQLError {
        SQLError(.decoding, "a stored \(what) lacks a part or was written by another version; run `songda audit`")
    }
}
