import Evidence
import Notices
import Testing

@testable import Channels

struct DeliveryStatusTests {
    @Test func `F33 a late bounce names its delivery and the reason`() throws {
        let read = try ReportFixture.read("postfix-failed")
        #expect(read.match == .delivery(ReportFixture.delivery, by: .returnPath))
        let report = try #require(read.deliveryStatus)
        #expect(report.reportingServer == "relay.songda.test")
        #expect(report.arrived == Timestamp(rfc3339: "2026-11-21T10:32:06Z"))
        #expect(report.messageID?.value == "\(ReportFixture.key)@songda.test")
        let recipient = try #require(report.recipients.first)
        #expect(report.recipients.count == 1)
        #expect(recipient.action == .failed)
        #expect(recipient.status?.description == "5.1.1")
        #expect(recipient.state == .failed)
        #expect(recipient.reasonCode == .addressInvalid)
        #expect(recipient.originalRecipient == "wang.fang@example.cn")
        #expect(recipient.remoteServer == "mx1.example.cn")
        #expect(recipient.diagnostic?.hasSuffix("virtual mailbox table") == true)
    }

    @Test func `F33 a bounce to an address with a forged MAC is reported as forged though its other keys fit`() throws {
        let genuine = try ReportFixture.returnPath().mailbox(for: ReportFixture.delivery).address
        let other = try ReportFixture.returnPath(secret: 8).mailbox(for: ReportFixture.delivery).address
        let cut = genuine.replacingOccurrences(of: "@", with: "a@")
        for address in [other, cut, "bounce+aaaa@songda.test"] {
            #expect(try ReportFixture.read("postfix-failed", address: address).match == .forged(address: address))
        }
    }

    @Test func `F33 a report for a delivery we never made still names it so that it can be logged`() throws {
        let address = try ReportFixture.returnPath().mailbox(for: ReportFixture.other).address
        let read = try ReportFixture.read("postfix-failed", address: address)
        #expect(read.match == .delivery(ReportFixture.other, by: .returnPath))
        #expect(try ReportFixture.read("unrelated").match == .none)
    }

    @Test func `a failed action with a temporary status is final`() throws {
        let recipient = try #require(try ReportFixture.read("postfix-gave-up").deliveryStatus?.recipients.first)
        #expect(recipient.status?.statusClass == 4)
        #expect(recipient.action == .failed)
        #expect(recipient.state == .failed)
        #expect(recipient.reasonCode == .mailboxFull)
    }

    @Test func `a delay changes no state and says until when it is tried`() throws {
        let read = try ReportFixture.read("postfix-delayed")
        let recipient = try #require(read.deliveryStatus?.recipients.first)
        #expect(recipient.action == .delayed)
        #expect(recipient.state == nil)
        #expect(recipient.retryUntil == Timestamp(rfc3339: "2026-11-26T10:32:06Z"))
    }

    @Test func `relayed is not delivered`() throws {
        let read = try ReportFixture.read("postfix-relayed")
        #expect(read.match == .delivery(ReportFixture.delivery, by: .returnPath))
        #expect(read.deliveryStatus?.recipients.first?.state == .relayed)
    }

    @Test func `reports of Exchange and Gmail are read through their inner multiparts`() throws {
        let exchange = try #require(try ReportFixture.read("exchange-failed").deliveryStatus)
        #expect(exchange.recipients.first?.finalRecipient == "chen.jie@corp.example")
        #expect(exchange.recipients.first?.reasonCode == .mailboxFull)
        #expect(exchange.messageID?.left == ReportFixture.key)
        let gmail = try ReportFixture.read("gmail-failed")
        #expect(gmail.deliveryStatus?.recipients.first?.reasonCode == .policy)
        #expect(gmail.authenticationResults?.contains("dkim=pass") == true)
    }

    @Test func `without a return path the envelope id counts and then the Message-ID`() throws {
        let away = "bounces@songda.test"
        let byEnvelope = try ReportFixture.read("postfix-failed", address: away)
        #expect(byEnvelope.match == .delivery(ReportFixture.delivery, by: .envelopeID))
        let byMessage = try ReportFixture.read("postfix-failed", address: away, envelope: "QQ314159")
        #expect(byMessage.match == .delivery(ReportFixture.delivery, by: .messageID))
        #expect(IncomingReport.Key.messageID.isAuthenticated == false)
    }

    @Test func `a permanent code in a bounce of free words is found`() throws {
        let read = try ReportFixture.read("qq-bounce")
        #expect(read.match == .delivery(ReportFixture.delivery, by: .returnPath))
        guard case .bounce(let bounce) = read.content else {
            Issue.record("read as \(read.content)")
            return
        }
        #expect(bounce.code == "550")
        #expect(bounce.state == .failed)
        #expect(bounce.excerpt.contains("收件人地址不存在"))
    }

    @Test func `a bounce that comes twice has one fingerprint and another recipient's has another`() throws {
        let first = try ReportFixture.bytes("postfix-failed")
        let again = Array("Received: from elsewhere\n".utf8) + first
        let reader = try ReportFixture.reader()
        #expect(try reader.read(first).fingerprint == reader.read(again).fingerprint)
        #expect(try reader.read(first).rawDigest != reader.read(again).rawDigest)
        #expect(try reader.read(first).fingerprint != ReportFixture.read("exchange-failed").fingerprint)
    }
}
