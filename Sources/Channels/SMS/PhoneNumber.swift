/// A phone number that a text message can be sent to, in E.164 form.
///
/// The check reads bytes: Swift's characters hide a line feed behind a carriage return, and an address that
/// smuggles one would write a second header or parameter into a gateway's request.
public struct PhoneNumber: Sendable, Hashable, CustomStringConvertible {
    /// The number with its plus sign and country code, digits only: `+8613800138000`.
    public let e164: String

    /// Accepts E.164 or the eleven digits of a mainland China mobile number, which gain `+86`.
    public init(_ text: String) throws(SMSError) {
        let bytes = Array(text.utf8)
        let isInternational = bytes.first == UInt8(ascii: "+")
        let digits = isInternational ? Array(bytes.dropFirst()) : bytes
        guard !digits.isEmpty, digits.allSatisfy({ (0x30...0x39).contains($0) }) else {
            throw SMSError(
                .phoneNumber,
                "phone \(SMSError.quoted(text)) has something other than digits after an optional \"+\";"
                    + " write +8613800138000 or 13800138000, without spaces or hyphens")
        }
        let country = Self.mainlandChina
        if isInternational, digits.starts(with: country) {
            guard Self.isMainlandMobile(digits.dropFirst(country.count)) else {
                throw SMSError(
                    .phoneNumber,
                    "phone \(SMSError.quoted(text)) is not a mainland mobile number;"
                        + " after +86 come eleven digits that begin with 13 to 19")
            }
        } else if isInternational {
            // E.164: at most 15 digits, no country code begins with 0; below 7 digits no subscriber number exists.
            guard (7...15).contains(digits.count), digits.first != UInt8(ascii: "0") else {
                throw SMSError(
                    .phoneNumber,
                    "phone \(SMSError.quoted(text)) is not E.164; after \"+\" come 7 to 15 digits, the first not 0")
            }
        } else {
            guard Self.isMainlandMobile(digits[...]) else {
                throw SMSError(
                    .phoneNumber,
                    "phone \(SMSError.quoted(text)) is not a mainland mobile number of eleven digits;"
                        + " write any other number with \"+\" and its country code")
            }
        }
        let national = String(decoding: digits, as: UTF8.self)
        e164 = isInternational ? "+\(national)" : "+86\(national)"
    }

    /// The digits without the plus sign, country code included.
    public var digits: String { String(e164.dropFirst()) }

    /// The eleven digits of a mainland number, or nil for any other country.
    public var mainlandDigits: String? {
        e164.hasPrefix("+86") ? String(e164.dropFirst(3)) : nil
    }

    /// The number in E.164.
    public var description: String { e164 }

    private static let mainlandChina = Array("86".utf8)

    private static func isMainlandMobile(_ digits: ArraySlice<UInt8>) -> Bool {
        guard digits.count == 11, digits.first == UInt8(ascii: "1") else { return false }
        return digits[digits.startIndex + 1] >= UInt8(ascii: "3")
    }
}
