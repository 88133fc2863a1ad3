import Evidence
import Foundation
import Notices

@testable import Channels

/// Samples of what mail systems send, in `Fixtures`, with the marks of one delivery filled in.
enum ReportFixture {
    static let delivery = DeliveryID("01932f6e-8a40-7c11-9d02-5e0f6a7b8c9d")
    static let other = DeliveryID("01932f6e-8a40-7c11-9d02-000000000000")
    static let key = "01932f6e8a407c119d025e0f6a7b8c9d"
    static let domain = "songda.test"

    static func returnPath(secret: UInt8 = 7) throws -> ReturnPath {
        try ReturnPath(key: [UInt8](repeating: secret, count: 32), domain: domain)
    }

    static func reader() throws -> ReportReader {
        ReportReader(returnPath: try returnPath(), messageDomain: domain)
    }

    /// The bytes of a sample; `address` and `envelope` stand for our return path and envelope id.
    static func bytes(_ name: String, address: String? = nil, envelope: String? = nil) throws -> [UInt8] {
        let path = try returnPath()
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent(
            "Fixtures/\(name).eml")
        var text = try String(contentsOf: file, encoding: .utf8)
        let verp = try address ?? path.mailbox(for: delivery).address
        text = text.replacingOccurrences(of: "{{VERP}}", with: verp)
        text = text.replacingOccurrences(of: "{{ENVID}}", with: try envelope ?? path.token(for: delivery))
        text = text.replacingOccurrences(of: "{{KEY}}", with: key)
        return Array(text.utf8)
    }

    static func read(_ name: String, address: String? = nil, envelope: String? = nil) throws -> IncomingReport {
        try reader().read(bytes(name, address: address, envelope: envelope))
    }

    /// All samples by name.
    static let all = [
        "postfix-failed", "postfix-delayed", "postfix-gave-up", "postfix-relayed", "exchange-failed", "gmail-failed",
        "qq-bounce", "qq-vacation", "outlook-vacation", "human-reply", "thunderbird-displayed", "exchange-deleted",
        "unrelated",
    ]
}

extension IncomingReport {
    var deliveryStatus: DeliveryStatusReport? {
        if case .deliveryStatus(let report) = content { report } else { nil }
    }
    var disposition: DispositionReport? {
        if case .disposition(let report) = content { report } else { nil }
    }
}
