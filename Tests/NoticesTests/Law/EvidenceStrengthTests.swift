import Evidence
import Testing

@testable import Notices

@Suite struct EvidenceStrengthTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        let level: Int
        let fact: ServiceObservation
        var testDescription: String { name }

        init(
            _ name: String, _ level: Int, _ channel: ChannelKind, _ state: DeliveryState, confirmed: Bool = false,
            taker: ServiceObservation.Taker? = nil, identified: Bool = false, signed: Bool = false
        ) {
            self.name = name
            self.level = level
            fact = ServiceObservation(
                delivery: DeliveryID("d"), channel: channel, isAddressConfirmed: confirmed, state: state,
                at: ObservedTime(at: Timestamp(microseconds: 0), clock: "songda"), taker: taker,
                isPersonIdentified: identified, isSigned: signed)
        }
    }

    static let table = [
        Case("signed acknowledgement", 5, .inbox, .acknowledged, identified: true, signed: true),
        Case("acknowledged by a click of an identified person", 4, .inbox, .acknowledged, identified: true),
        Case(
            "express mail taken by the person, identity checked", 5, .ems, .delivered, taker: .person, identified: true),
        Case("handed over, identity checked", 5, .onSite, .acknowledged, taker: .person, identified: true),
        Case("opened by an identified person", 4, .inbox, .opened, identified: true),
        Case("opened with a key that others made, at a confirmed address", 3, .inbox, .opened, confirmed: true),
        Case("acknowledged with a key that others made", 2, .inbox, .acknowledged),
        Case("in the confirmed inbox", 3, .inbox, .available, confirmed: true),
        Case("arrived at a confirmed mailbox", 3, .email, .delivered, confirmed: true),
        Case("arrived at another mailbox", 2, .email, .delivered),
        Case(
            "express mail taken by the porter at a confirmed address", 2, .ems, .delivered, confirmed: true,
            taker: .other),
        Case("published", 2, .publicNotice, .available),
        Case("accepted by a server", 1, .email, .accepted, confirmed: true),
        Case("relayed", 1, .email, .relayed),
        Case("unknown", 0, .email, .unknown, confirmed: true),
        Case("queued", 0, .sms, .queued),
        Case("bounced", 0, .email, .failed, confirmed: true),
    ]

    @Test(arguments: table)
    func `each observation has its strength, with reason and advice in both languages`(entry: Case) {
        let strength = EvidenceStrength([entry.fact])
        #expect(strength.level == entry.level)
        for text in [strength.reason, strength.advice] { #expect(!text.zh.isEmpty && !text.en.isEmpty) }
    }

    @Test func `an acknowledgement without a signature is told as one, and not as a mere opening`() throws {
        let opened = EvidenceStrength([try #require(Self.table.first { $0.name.hasPrefix("opened by an id") }).fact])
        let acts = try ["opened by an id", "acknowledged"].map { name in
            try #require(Self.table.first { $0.name.hasPrefix(name) }).fact
        }
        let pressed = EvidenceStrength([acts[1]])
        #expect(EvidenceStrength(acts) == pressed && EvidenceStrength(acts.reversed()) == pressed)
        #expect(pressed.level == 4 && pressed.reason != opened.reason && pressed.advice != opened.advice)
        #expect(pressed.reason.en.contains("acknowledged receipt") && pressed.reason.zh.contains("确认签收"))
        #expect(!pressed.advice.en.contains("ask for an acknowledgement") && !pressed.advice.zh.contains("可以再请本人签收"))
    }

    @Test func `what was done with a key that others made is told as that`() throws {
        for fact in Self.table.map(\.fact)
        where fact.channel == .inbox && !fact.isPersonIdentified && [.opened, .acknowledged].contains(fact.state) {
            let strength = EvidenceStrength([fact])
            #expect(strength.reason.zh.contains("接口密钥") && strength.reason.en.contains("API key"))
            #expect(strength.advice.zh.contains("一次性验证码") && strength.advice.en.contains("one-time code"))
        }
        #expect(EvidenceStrength(Self.table.map(\.fact).filter { $0.channel == .inbox }).level == 5)
    }

    @Test func `before anything was sent nobody is advised to send it another way`() {
        for state in [NoticeState.awaitingApproval, .approved, .cancelled, .quarantined] {
            let strength = EvidenceStrength([], in: state)
            #expect(strength.level == 0 && strength.advice != EvidenceStrength([]).advice)
        }
        #expect(EvidenceStrength([], in: .awaitingApproval).reason.zh.contains("等待审批"))
        #expect(EvidenceStrength([], in: .dispatching) == EvidenceStrength([]))
        // What was observed counts, whatever came later.
        let seen = Self.table.map(\.fact)
        let (withdrawn, observed) = (EvidenceStrength(seen, in: .cancelled), EvidenceStrength(seen))
        #expect(withdrawn.level == observed.level && withdrawn.reason == observed.reason)
        #expect(withdrawn.advice.en.contains("not deemed served") && withdrawn.advice.zh.contains("不视为送达"))
    }

    @Test func `the strongest observation counts`() {
        #expect(EvidenceStrength(Self.table.map(\.fact)).level == 5)
        #expect(EvidenceStrength([]).level == 0)
    }
}
