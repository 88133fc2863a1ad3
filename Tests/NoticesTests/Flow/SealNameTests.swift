import Evidence
import Notices
import TestSupport
import Testing

/// Whose seal it is: the entity's, by its credit code; its name may change.
@Suite struct SealNameTests {
    @Test(arguments: Backend.allCases)
    func `what was served under an earlier name can still be proved after a change of name`(_ backend: Backend)
        async throws
    {
        try await TestGateway.staffed(backend) { gateway in
            gateway.acceptsAll()
            let id = try await gateway.approvedDismissal()
            try await gateway.settle()
            try gateway.keys.reseal(named: "新名称集团有限公司", at: gateway.clock.now)
            let bundle = try await gateway.pipeline.prove.bundle(of: id, for: .author).bundle.bytes
            let report = BundleVerifier(
                trust: .init(roots: [gateway.keys.issuer.certificate], logKeys: [gateway.keys.log.key]),
                now: gateway.clock.now
            ).verify(bundle)
            #expect(report.isSound, "\(report.text(.english))")
        }
    }

    @Test func `the seal of another entity seals nothing, and proves nothing`() async throws {
        try await TestGateway.staffed(.sqlite) { gateway in
            gateway.acceptsAll()
            let served = try await gateway.sealedClientNotice()
            try await gateway.settle()
            try gateway.keys.reseal(
                named: TestGateway.issuerName, creditCode: "91310000MA1FL0LQ5X", at: gateway.clock.now)
            await #expect(throws: EvidenceError(.badCertificate, "")) {
                try await gateway.pipeline.prove.bundle(of: served, for: .author)
            }
            let later = try await gateway.issue(gateway.clientContactChange(newContact: "王经理"))
            _ = try await gateway.pipeline.seal.runOnce()
            #expect(try await gateway.store.document(of: later) == nil)
        }
    }

    @Test func `an entity is saved under the name in its seal, however wide its brackets are written`() async throws {
        try await TestGateway.staffed(.sqlite) { gateway in
            func save(_ name: String) async throws {
                try await gateway.addresses.save(
                    Issuer(
                        id: TestGateway.issuer, fullName: name,
                        creditCode: try UnifiedSocialCreditCode(TestGateway.creditCode), contact: "人力资源部",
                        mailbox: "hr@acme.example", smsSignature: "示例科技",
                        sealCertificatePEM: gateway.keys.seal.certificate.pem), by: .author)
            }
            try gateway.keys.reseal(named: "示例（上海）科技有限公司", at: gateway.clock.now)
            try await save("示例(上海) 科技有限公司")
            await expectRefusal(.invalid, "names the entity") { try await save("示例（北京）科技有限公司") }
        }
    }

    @Test func `a text-message signature that no provider registers is refused`() async throws {
        try await TestGateway.staffed(.sqlite) { gateway in
            await expectRefusal(.invalid, "registered short name") {
                try await gateway.addresses.save(
                    Issuer(
                        id: TestGateway.issuer, fullName: TestGateway.issuerName,
                        creditCode: try UnifiedSocialCreditCode(TestGateway.creditCode), contact: "人力资源部",
                        mailbox: "hr@acme.example", smsSignature: String(repeating: "长", count: 21),
                        sealCertificatePEM: gateway.keys.seal.certificate.pem), by: .author)
            }
        }
    }
}
