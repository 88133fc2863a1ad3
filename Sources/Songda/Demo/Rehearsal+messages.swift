import Console
import Evidence
import Foundation
import Sandbox

extension Rehearsal {
    /// What the sandbox received, the oldest first, as its readers would see it.
    var messages: [SandboxMessage] {
        let mails = mail.mails.map { mail in
            SandboxMessage(
                channel: "email", to: mail.recipients.map(\.address).joined(separator: ", "),
                subject: Self.decoded(mail.header("Subject") ?? ""), text: Self.text(of: mail.bytes),
                at: Timestamp(microseconds: mail.receivedAt * 1_000_000))
        }
        let texts = sms.messages.map { text in
            SandboxMessage(
                channel: "sms", to: text.phone, subject: nil, text: text.text,
                at: Timestamp(microseconds: text.receivedAt * 1_000_000))
        }
        return (mails + texts).sorted { $0.at < $1.at }
    }

    /// The first part in plain text; our own mails are base64 throughout.
    private static func text(of mail: [UInt8]) -> String {
        let whole = String(decoding: mail, as: UTF8.self)
        guard let type = whole.range(of: "text/plain", options: .caseInsensitive),
            let head = whole.range(of: "\r\n\r\n", range: type.upperBound..<whole.endIndex)
        else { return "" }
        let body = whole[head.upperBound...].components(separatedBy: "\r\n--")[0].filter { !$0.isNewline }
        return Base64.decode(body).map { String(decoding: $0, as: UTF8.self) } ?? ""
    }

    /// A subject of encoded words (RFC 2047) in UTF-8 and base64, as we write them.
    private static func decoded(_ subject: String) -> String {
        subject.split(separator: " ").map { word in
            let parts = word.split(separator: "?", omittingEmptySubsequences: false)
            guard parts.count == 5, parts[0] == "=", parts[2].uppercased() == "B",
                let bytes = Base64.decode(String(parts[3]))
            else { return String(word) + " " }
            return String(decoding: bytes, as: UTF8.self)
        }.joined()
    }
}
