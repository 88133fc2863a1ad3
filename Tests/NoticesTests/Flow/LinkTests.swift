import Evidence
import Notices
import TestSupport
import Testing

/// Mail scanners follow links; they do not press buttons, and they do not know codes.
@Suite struct LinkTests {
    @Test(arguments: Backend.allCases)
    func `looking at a link opens nothing, and a personal notice needs a code sent elsewhere`(_ backend: Backend)
        async throws
    {
        try await TestGateway.staffed(backend) { gateway in
            gateway.acceptsAll()
            let id = try await gateway.approvedDismissal()
            try await gateway.settle()
            let token = try gateway.mail.parcels[0].linkToken
            let desk = gateway.pipeline.read
            for _ in 0..<3 {
                let landing = try await desk.landing(token)
                #expect(landing.needsCode)
                #expect(landing.codeGoesTo == "+86****5678")
                #expect(landing.issuer.fullName == TestGateway.issuerName)
            }
            await expectRefusal(.credential) { _ = try await desk.openLink(token, code: nil, circumstances: [:]) }
            try await desk.sendCode(forLink: token)
            let code = try #require(gateway.sms.parcels.last).code
            let wrong = code == "000000" ? "000001" : "000000"
            await expectRefusal(.credential) { _ = try await desk.openLink(token, code: wrong, circumstances: [:]) }
            #expect(try await gateway.events(of: id).contains(.contentOpened) == false)

            let shown = try await desk.openLink(token, code: code, circumstances: ["ip": "192.0.2.1"])
            #expect(try await gateway.only(.email, of: id).state == .opened)
            await expectRefusal(.credential, "used") {
                _ = try await desk.openLink(token, code: code, circumstances: [:])
            }
            await expectRefusal(.credential, "used") { _ = try await desk.landing(token) }
            let state = try await desk.answer(
                .acknowledge(shown.document.hash), ticket: shown.ticket, circumstances: [:])
            #expect(state == .acknowledged)
            let entry = try #require(try await gateway.facts(.acknowledged, of: id).first)
            #expect(entry.facts["identification"]?.string == "one-time-code")
            let standing = try await gateway.pipeline.prove.standing(of: id)
            #expect(standing.deemed.contains { $0.ruleID == "known-to-recipient" })
        }
    }

    @Test(arguments: Backend.allCases)
    func `the link to a kind with sensitive fields needs a code, whatever its form`(_ backend: Backend) async throws {
        try await TestGateway.staffed(backend) { gateway in
            gateway.acceptsAll()
            // No PDF and no approval, and yet it says what harms the person it is about.
            let id = try await gateway.issue(gateway.riskAlert())
            try await gateway.settle()
            let token = try #require(gateway.mail.parcels.first).linkToken
            #expect(try await gateway.pipeline.read.landing(token).needsCode)
            await expectRefusal(.credential, "personal") {
                _ = try await gateway.pipeline.read.openLink(token, code: nil, circumstances: [:])
            }
            #expect(try await gateway.events(of: id).contains(.linkOpened) == false)
        }
    }

    @Test(arguments: Backend.allCases)
    func `a ticket ends after half an hour and cannot be forged`(_ backend: Backend) async throws {
        try await TestGateway.staffed(backend) { gateway in
            gateway.acceptsAll()
            let id = try await gateway.sealedClientNotice()
            try await gateway.settle()
            let desk = gateway.pipeline.read
            let shown = try await desk.openLink(try gateway.mail.parcels[0].linkToken, code: nil, circumstances: [:])
            var forged = Array(shown.ticket)
            forged[10] = forged[10] == "A" ? "B" : "A"
            await expectRefusal(.credential) {
                _ = try await desk.answer(.object("x"), ticket: String(forged), circumstances: [:])
            }
            _ = try await desk.answer(.object("内容有误"), ticket: shown.ticket, circumstances: [:])
            gateway.pass(.seconds(1801))
            await expectRefusal(.credential) {
                _ = try await desk.answer(.object("x"), ticket: shown.ticket, circumstances: [:])
            }
            let entry = try #require(try await gateway.facts(.objectionReceived, of: id).first)
            #expect(entry.facts["words"]?.string == "内容有误")
            // An objection is no state: it has a weight of its own.
            #expect(try await gateway.only(.email, of: id).state == .accepted)
        }
    }

    @Test(arguments: Backend.allCases)
    func `a link ends after 72 hours, and one that nobody was given leads to nothing`(_ backend: Backend) async throws {
        try await TestGateway.staffed(backend) { gateway in
            gateway.acceptsAll()
            _ = try await gateway.sealedClientNotice()
            try await gateway.settle()
            let token = try gateway.mail.parcels[0].linkToken
            let desk = gateway.pipeline.read
            await expectRefusal(.notFound) { _ = try await desk.landing(String(token.reversed())) }
            await expectRefusal(.notFound) { _ = try await desk.landing("") }
            gateway.pass(.seconds(72 * 3600))
            await expectRefusal(.credential, "expired") { _ = try await desk.landing(token) }
            await expectRefusal(.credential, "expired") {
                _ = try await desk.openLink(token, code: nil, circumstances: [:])
            }
        }
    }
}

extension Parcel {
    /// The six digits in a parcel that carries a code.
    var code: String { String(content.smsText.filter(\.isNumber).prefix(6)) }

    /// The token in the link of a mail.
    var linkToken: String {
        get throws {
            let marker = "https://hr.example.com/n/"
            let start = try #require(content.emailMarkdown.firstRange(of: marker)).upperBound
            return String(content.emailMarkdown[start...].prefix { $0.isHexDigit })
        }
    }
}
