import Evidence
import Testing

@testable import Notices

@Suite struct ServiceLawTests {
    private let law: ServiceLaw
    private let calculator: ServiceCalculator

    init() throws {
        law = try Self.shipped()
        calculator = ServiceCalculator(law: law)
    }

    static func text() throws -> String {
        try String(contentsOfFile: ShippedTemplates.root.path + "/config/rules/service-law.yaml", encoding: .utf8)
    }

    static func shipped() throws -> ServiceLaw { try ServiceLaw(yaml: text(), file: "service-law.yaml") }

    private func fact(
        _ channel: ChannelKind, _ state: DeliveryState, at: String = "2026-11-21T02:00:00Z", confirmed: Bool = false,
        taker: ServiceObservation.Taker? = nil, exhausted: Bool = false, identified: Bool = false,
        delivery: String = "d1"
    ) throws -> ServiceObservation {
        ServiceObservation(
            delivery: DeliveryID(delivery), channel: channel, isAddressConfirmed: confirmed, state: state,
            at: ObservedTime(at: try #require(Timestamp(rfc3339: at)), clock: "songda"), taker: taker,
            areOtherWaysExhausted: exhausted, isPersonIdentified: identified)
    }

    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        let channel: ChannelKind
        let state: DeliveryState
        var confirmed = false
        var taker: ServiceObservation.Taker?
        var exhausted = false
        var identified = false
        let rules: [String]
        var testDescription: String { name }
    }

    static let table = [
        Case(
            name: "inbox, designated", channel: .inbox, state: .available, confirmed: true,
            rules: ["entered-designated-inbox"]),
        Case(name: "inbox, not designated, unread", channel: .inbox, state: .available, rules: []),
        Case(
            name: "inbox, not designated, opened by an identified person", channel: .inbox, state: .opened,
            identified: true, rules: ["known-to-recipient"]),
        Case(name: "opened by nobody in particular", channel: .inbox, state: .opened, rules: []),
        Case(name: "mail accepted by a server", channel: .email, state: .accepted, confirmed: true, rules: []),
        Case(name: "mail relayed", channel: .email, state: .relayed, confirmed: true, rules: []),
        Case(name: "outcome unknown", channel: .email, state: .unknown, confirmed: true, rules: []),
        Case(
            name: "mail arrived at a confirmed mailbox", channel: .email, state: .delivered, confirmed: true,
            rules: ["arrived-at-designated-mailbox"]),
        Case(name: "mail arrived elsewhere", channel: .email, state: .delivered, rules: []),
        Case(name: "bounced", channel: .email, state: .failed, confirmed: true, rules: []),
        Case(
            name: "a text message arrived: only the pointer", channel: .sms, state: .delivered, confirmed: true,
            rules: []),
        Case(
            name: "express mail taken by the person", channel: .ems, state: .delivered, taker: .person,
            rules: ["express-mail-signed"]),
        Case(
            name: "express mail taken by a relative", channel: .ems, state: .delivered, taker: .cohabitingAdult,
            rules: ["express-mail-signed"]),
        Case(name: "express mail taken by the porter", channel: .ems, state: .delivered, taker: .other, rules: []),
        Case(name: "express mail, signed by nobody knows whom", channel: .ems, state: .delivered, rules: []),
        Case(name: "refused at the door", channel: .onSite, state: .refused, taker: .person, rules: ["left-on-site"]),
        Case(
            name: "published as the last resort", channel: .publicNotice, state: .available, exhausted: true,
            rules: ["public-notice"]),
        Case(name: "published although another way was open", channel: .publicNotice, state: .available, rules: []),
    ]

    @Test(arguments: table)
    func `a rule concludes from what was observed, and from nothing less`(entry: Case) throws {
        let observation = try fact(
            entry.channel, entry.state, confirmed: entry.confirmed, taker: entry.taker, exhausted: entry.exhausted,
            identified: entry.identified)
        #expect(calculator.conclude([observation]).map(\.ruleID) == entry.rules)
    }

    @Test func `the earliest valid channel counts, and the others are kept`() throws {
        let conclusions = calculator.conclude([
            try fact(.ems, .delivered, at: "2026-11-23T06:00:00Z", taker: .person, delivery: "d3"),
            try fact(.email, .delivered, at: "2026-11-21T02:05:00Z", confirmed: true, delivery: "d2"),
            try fact(.inbox, .opened, at: "2026-11-21T02:04:59.999999Z", identified: true, delivery: "d1"),
            try fact(.sms, .delivered, at: "2026-11-21T01:00:00Z", confirmed: true, delivery: "d4"),
        ])
        #expect(
            conclusions.map(\.ruleID) == ["known-to-recipient", "arrived-at-designated-mailbox", "express-mail-signed"])
        #expect(conclusions.map(\.law).allSatisfy { $0 == "cn-employer-notice/1" })
        #expect(conclusions.first?.inputs.delivery == DeliveryID("d1"))
        #expect(conclusions.first?.basis.contains("民法典") == true)
    }

    @Test func `the order in which facts are learnt changes nothing, and repeats add nothing`() throws {
        let facts = [
            try fact(.inbox, .available, at: "2026-11-21T02:00:00Z", confirmed: true),
            try fact(.inbox, .opened, at: "2026-11-21T05:00:00Z", confirmed: true, identified: true),
            try fact(.email, .delivered, at: "2026-11-21T02:00:00Z", confirmed: true, delivery: "d2"),
        ]
        let expected = calculator.conclude(facts)
        #expect(
            expected.map(\.ruleID) == [
                "entered-designated-inbox", "arrived-at-designated-mailbox", "known-to-recipient",
            ])
        #expect(calculator.conclude(facts.reversed() + facts) == expected)
    }

    @Test func `nothing observed, nothing concluded`() {
        #expect(calculator.conclude([]).isEmpty)
    }

    @Test(arguments: [
        // 23:59:59.999999 in China, and one microsecond later.
        ("2026-11-21T15:59:59.999999Z", "2026-12-21T16:00:00.000000Z", "2026-12-22"),
        ("2026-11-21T16:00:00Z", "2026-12-22T16:00:00.000000Z", "2026-12-23"),
    ])
    func `thirty days after publication are full days of the Chinese calendar`(
        published: String, effective: String, day: String
    ) throws {
        let conclusion = try #require(
            calculator.conclude([try fact(.publicNotice, .available, at: published, exhausted: true)]).first)
        #expect(conclusion.effectiveAt.rfc3339 == effective)
        #expect(conclusion.day.description == day)
    }

    @Test func `a conclusion names its rule, version and inputs for the evidence`() throws {
        let conclusion = try #require(calculator.conclude([try fact(.inbox, .available, confirmed: true)]).first)
        guard case .object(let facts) = conclusion.facts else { return #expect(Bool(false), "facts is an object") }
        #expect(facts["rule"] == .string("entered-designated-inbox"))
        #expect(facts["law"] == .string("cn-employer-notice/1"))
        #expect(facts["addressConfirmed"] == .bool(true))
        #expect(facts["clock"] == .string("songda"))
    }

    // MARK: Periods

    @Test(arguments: [
        ("resignation", "2026-11-20", "2026-12-20"), ("resignation", "2028-01-31", "2028-03-01"),
        ("resignation-in-probation", "2026-12-30", "2027-01-02"), ("dismissal-with-notice", "2026-02-01", "2026-03-03"),
        ("file-transfer", "2026-12-31", "2027-01-15"),
    ])
    func `days are counted from the day after receipt`(id: String, received: String, last: String) throws {
        let period = try #require(law.period(id))
        #expect(period.lastDay(receivedOn: try #require(CivilDate(received))).description == last)
    }

    @Test(arguments: [("2026-12-19", true), ("2026-12-20", false), ("2026-12-21", false)])
    func `an earlier last day than article 37 allows is warned of (S-123)`(planned: String, warns: Bool) throws {
        let period = try #require(law.period("resignation"))
        let check = period.check(
            planned: try #require(CivilDate(planned)), receivedOn: try #require(CivilDate("2026-11-20")))
        #expect(check.earliest.description == "2026-12-20")
        #expect((check.warning != nil) == warns)
        if warns { #expect(check.warning?.zh.contains("劳动合同法第三十七条") == true) }
    }

    @Test(arguments: [
        ("2026-11-21T12:59:59Z", false, "2026-11-21T12:59:59.000000Z"),
        ("2026-11-21T13:00:00Z", true, "2026-11-22T00:00:00.000000Z"),
        ("2026-11-21T16:30:00Z", true, "2026-11-22T00:00:00.000000Z"),
        ("2026-11-21T23:59:59Z", true, "2026-11-22T00:00:00.000000Z"),
        ("2026-11-22T00:00:00Z", false, "2026-11-22T00:00:00.000000Z"),
    ])
    func `quiet hours end in the morning, also after midnight`(at: String, isQuiet: Bool, next: String) throws {
        let instant = try #require(Timestamp(rfc3339: at))
        #expect(law.quietHours.contains(instant) == isQuiet)
        #expect(law.quietHours.nextAllowed(from: instant).rfc3339 == next)
    }

    @Test func `evidence is kept ten years at least (S-119)`() throws {
        #expect(!law.allows(retentionYears: 9) && law.allows(retentionYears: 10))
        let lowered = try Self.text().replacing("minimum-years: 10", with: "minimum-years: 9")
        let fault = #expect(throws: SourceFault.self) { try ServiceLaw(yaml: lowered, file: "l.yaml") }
        #expect(fault?.reason.contains("at least 10 years") == true)
    }

    // MARK: Grounds

    @Test func `the law and the dismissal template speak of the same grounds`() throws {
        let template = try #require(try ShippedTemplates.library().template(kind: "dismissal"))
        let field = try #require(template.fields.first { $0.name == "ground" })
        #expect(law.grounds.map(\.id) == field.options.map(\.id))
        let demanded: [DismissalGround.Demand: String] = [
            .agreement: "agreementDate", .facts: "facts", .evidence: "evidence", .rule: "ruleClause", .damage: "damage",
            .priorSteps: "priorSteps", .judgment: "judgment", .staffBriefing: "staffBriefingDate",
            .authorityReport: "authorityReportDate",
        ]
        for ground in law.grounds {
            let choices = ["ground": ground.id, "proposedBy": "employer"]
            let required = Set(template.fields.filter { $0.isRequired(for: choices) }.map(\.name))
            for demand in DismissalGround.Demand.allCases {
                let name = try #require(demanded[demand])
                #expect(required.contains(name) == ground.demands.contains(demand), "\(ground.id) \(name)")
            }
            #expect(required.contains("unionNoticeDate") == ground.needsUnionNotice)
            #expect(required.contains("protectedCheckDate") == ground.isBarredForProtected)
            #expect(required.contains("noticeMode") == ground.needsNoticeOrPay)
            #expect(required.contains("compensation") == (ground.compensation != .never))
        }
        #expect(law.ground("40-1")?.isBarredForProtected == true)
        #expect(law.protected.map(\.id).contains("maternity"))
    }

    static let broken = [
        ("weight: analogy", "weigth: analogy", "unknown key"),
        ("days: 30\n    weight", "days: -1\n    weight", "from 0 to 365"),
        ("states: [delivered, opened, acknowledged]", "states: [accepted]", "says nothing about the recipient"),
        ("channels: [ems]", "channels: [pigeon]", "is not one of"),
        ("from: \"21:00\"", "from: \"25:00\"", "time of day"),
        ("id: left-on-site", "id: handed-over", "stands twice"), ("version: 1", "version: 0", "counted from 1"),
        ("retention:", "retentions:", "unknown key"), ("needs: confirmed", "needs: maybe", "is not one of"),
        ("effective-from: \"2026-01-01\"", "effective-from: \"2026-13-01\"", "is not a day"),
    ]

    @Test(arguments: broken)
    func `a rule file that means nothing is refused with its line`(original: String, replaced: String, words: String)
        throws
    {
        let text = try Self.text().replacing(original, with: replaced, maxReplacements: 1)
        let fault = #expect(throws: SourceFault.self) { try ServiceLaw(yaml: text, file: "service-law.yaml") }
        #expect(fault?.reason.contains(words) == true, "\(String(describing: fault))")
        #expect((fault?.line ?? 0) >= 1)
    }
}
