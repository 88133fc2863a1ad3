import Curl
import Evidence
import Foundation
import Notices
import TestSupport
import Testing

@testable import Channels

/// Keeps what a channel hands over and answers as told.
private actor Relay {
    private(set) var handed: [(envelope: MailEnvelope, message: [UInt8])] = []
    private let answer: MailOutcome

    init(_ answer: MailOutcome) { self.answer = answer }

    func take(_ envelope: MailEnvelope, _ message: [UInt8]) -> MailDelivery {
        handed.append((envelope, message))
        return MailDelivery(
            outcome: answer, transcript: [TranscriptLine(direction: .client, text: "MAIL FROM:<x>")],
            opening: [TranscriptLine(direction: .server, text: "220 hello")], offeredDSN: true,
            peer: MailPeer(host: "relay.test", ip: "192.0.2.1", port: 25))
    }
}

extension Parcel {
    static func mail(
        to address: String = "wang.fang@example.cn", attempt: Int = 1, subject: String = "文书送达通知",
        remindsOf: String? = nil
    ) throws -> Parcel {
        Parcel(
            delivery: ReportFixture.delivery, notice: NoticeID("n-1"), noticeNumber: "东海〔2026〕第12号", attempt: attempt,
            address: address, recipientName: "王芳",
            sender: Sender(name: "东海科技有限公司", mailbox: "hr@songda.test", smsSignature: "东海科技"), language: "zh-CN",
            content: ParcelContent(
                subject: subject, emailMarkdown: "# 王芳\n\n请查收附件。", smsText: "",
                attachments: [
                    .init(
                        fileName: "解除劳动合同通知书.pdf", asciiName: "notice.pdf", mediaType: "application/pdf",
                        bytes: Array("%PDF".utf8))
                ]),
            date: try #require(Timestamp(rfc3339: "2026-11-21T10:32:05Z")), messageKey: ReportFixture.key,
            remindsOf: remindsOf)
    }
}

extension MailComposer {
    static func example(signatures: [DKIM] = []) throws -> MailComposer {
        MailComposer(
            returnPath: try ReportFixture.returnPath(), messageDomain: ReportFixture.domain, signatures: signatures
        ) { markdown, _ in MailCover(text: markdown, html: "<p>\(markdown.utf8.count)</p>") }
    }
}

struct MailChannelTests {
    @Test func `a reminder answers to the first mail, so that mail programs show both together`() throws {
        let first = try Parcel.mail()
        let plain = try MailComposer.example().compose(first)
        let reminder = try MailComposer.example().compose(.mail(remindsOf: first.messageKey))
        let text = String(decoding: reminder.bytes, as: UTF8.self)
        #expect(text.contains("In-Reply-To: \(plain.messageID)\r\n"))
        #expect(text.contains("References: \(plain.messageID)\r\n"))
        #expect(!String(decoding: plain.bytes, as: UTF8.self).contains("In-Reply-To"))
    }

    private func deliver(_ answer: MailOutcome, _ parcel: Parcel) async throws -> (DeliveryOutcome, Relay) {
        let relay = Relay(answer)
        let channel = MailChannel(route: RouteID("main"), composer: try .example()) { await relay.take($0, $1) }
        return (await channel.deliver(parcel), relay)
    }

    @Test func `an accepted mail keeps the server's words, the dialogue and the facts`() async throws {
        let reply = SMTPReply(code: 250, lines: ["2.0.0 Ok: queued as 4XyZ"])
        let (outcome, relay) = try await deliver(.accepted(reply), .mail())
        #expect(outcome.result == .accepted(reference: "250 2.0.0 Ok: queued as 4XyZ"))
        #expect(outcome.reasonCode == .none)
        #expect(outcome.peer == "relay.test:25")
        #expect(outcome.transcript == ["S: 220 hello", "C: MAIL FROM:<x>"])
        #expect(outcome.facts["dsnOffered"] == .bool(true))
        #expect(outcome.facts["messageID"]?.string == "\(ReportFixture.key)@songda.test")
        let handed = try #require(await relay.handed.first)
        #expect(outcome.facts["messageSHA256"]?.string == SHA256.hash(handed.message).hex)
        #expect(handed.envelope.recipient == "wang.fang@example.cn")
        #expect(handed.envelope.requestsDSN)
        let path = try ReportFixture.returnPath()
        #expect(path.read(address: handed.envelope.sender) == .delivery(ReportFixture.delivery))
        #expect(path.read(envelopeID: handed.envelope.envelopeID ?? "") == .delivery(ReportFixture.delivery))
        let read = try PythonReading(of: handed.message)
        // RFC 8098 section 2.1: no automatic read receipt unless the two are the same.
        #expect(read.headers["disposition-notification-to"] == handed.envelope.sender)
        #expect(read.parts.last?.name == "解除劳动合同通知书.pdf")
    }

    @Test func `a second attempt hands over the same bytes`() async throws {
        let reply = SMTPReply(code: 250, lines: ["ok"])
        let (_, first) = try await deliver(.accepted(reply), .mail(attempt: 1))
        let (_, second) = try await deliver(.accepted(reply), .mail(attempt: 2))
        #expect(await first.handed.first?.message == second.handed.first?.message)
        #expect(await first.handed.first?.envelope == second.handed.first?.envelope)
    }

    @Test func `what cannot be a message is refused by ourselves and nothing is handed over`() async throws {
        let never = MailOutcome.unknown(reason: "must not be asked")
        for (parcel, code) in [
            (try Parcel.mail(to: "a@b.cn\r\nRCPT TO:<evil@x>"), DeliveryOutcome.ReasonCode.addressInvalid),
            (try Parcel.mail(subject: "x\r\nBcc: evil@x"), .other),
        ] {
            let (outcome, relay) = try await deliver(never, parcel)
            guard case .refused = outcome.result else {
                Issue.record("\(outcome.result)")
                return
            }
            #expect(outcome.reasonCode == code)
            #expect(outcome.facts["sent"] == .bool(false))
            #expect(await relay.handed.isEmpty)
        }
    }

    @Test func `the domain of the sender signs or none does`() throws {
        let key = try SigningKey.generateEd25519()
        let dkim = try DKIM(domain: "songda.test", keys: [.init(selector: "e1", signer: key)])
        let mail = try MailComposer.example(signatures: [dkim]).compose(.mail())
        #expect(mail.signedBy == "songda.test")
        #expect(try DKIMTests.verified(mail.bytes, keys: ["e1": key.publicKey]) == ["e1"])
        let other = try DKIM(domain: "a.test", keys: [.init(selector: "e1", signer: key)])
        #expect(try MailComposer.example(signatures: [other]).compose(.mail()).signedBy == nil)
        #expect(!other.covers("evila.test"))
    }

    @Test func `replies become outcomes with a reason and a party to blame`() {
        typealias Row = (MailOutcome, String, DeliveryOutcome.ReasonCode, Bool)
        func reply(_ code: Int, _ text: String) -> SMTPReply { SMTPReply(code: code, lines: [text]) }
        let table: [Row] = [
            (.refused(reply(550, "5.1.1 no such user"), phase: .rcptTo), "refused", .addressInvalid, false),
            (.refused(reply(552, "5.2.2 full"), phase: .rcptTo), "refused", .mailboxFull, false),
            (.refused(reply(554, "5.7.1 no"), phase: .endOfData), "refused", .policy, false),
            // Our sender is refused: that says nothing about the recipient, and may be mended.
            (.refused(reply(553, "5.1.8 bad sender"), phase: .mailFrom), "deferred", .policy, true),
            (.refused(reply(550, "no"), phase: .mailFrom), "deferred", .policy, true),
            // The size goes with the sender, but it is the message's.
            (.refused(reply(552, "5.3.4 too large"), phase: .mailFrom), "refused", .other, false),
            (.refused(reply(552, "message exceeds size"), phase: .mailFrom), "refused", .other, false),
            (.refused(reply(554, "go away"), phase: .connect), "deferred", .policy, true),
            (.refused(reply(535, "5.7.8 bad password"), phase: .auth), "deferred", .policy, true),
            (.deferred(reason: "r", reply: reply(452, "4.2.2 full"), phase: .rcptTo), "deferred", .mailboxFull, false),
            (.deferred(reason: "r", reply: reply(451, "4.7.1 greylisted"), phase: .rcptTo), "deferred", .policy, false),
            (.deferred(reason: "r", reply: reply(421, "closing"), phase: .rcptTo), "deferred", .connection, true),
            (.deferred(reason: "r", reply: nil, phase: .connect), "deferred", .connection, true),
            (.deferred(reason: "r", reply: nil, phase: .tls), "deferred", .tlsPolicy, true),
            (.unknown(reason: "lost"), "unknown", .connection, true),
        ]
        for (outcome, kind, code, blamed) in table {
            let verdict = MailVerdict(outcome)
            #expect("\(verdict.result)".hasPrefix(kind), "\(outcome)")
            #expect(verdict.reasonCode == code, "\(outcome)")
            #expect(verdict.blamesRoute == blamed, "\(outcome)")
        }
    }
}
