import Evidence
import Notices
import People

extension TestGateway {
    func addIssuer() async throws {
        try await store.save(
            Issuer(
                id: Self.issuer, fullName: Self.issuerName, creditCode: try UnifiedSocialCreditCode(Self.creditCode),
                contact: "人力资源部 021-88886666", mailbox: "hr@acme.example", smsSignature: "示例科技",
                sealCertificatePEM: keys.seal.certificate.pem), evidence: [])
    }

    /// Accounts for those who approve in tests; an approval asks the database whether they may.
    func addApprovers() async throws {
        for approver in [Principal.approverA, .approverB, .approverC] {
            try await peopleStore.add(
                Account(
                    id: AccountID(approver.id), login: approver.id, name: approver.id, person: nil, scopes: [.approve],
                    passwordHash: "never signs in", authenticator: nil), recovery: [], acts: [])
        }
    }

    /// Puts a person on record with a mailbox, a phone and a postal address, all confirmed unless told otherwise.
    @discardableResult
    public func person(
        _ name: String = "张三", id: String = "p-zhangsan", email: String? = "zhangsan@example.com",
        phone: String? = "+8613800005678", postal: String? = "上海市浦东新区示例路1号", isConfirmed: Bool = true,
        language: String = "zh-CN"
    ) async throws -> PersonID {
        let confirmation = AddressConfirmation(
            agreementHash: SHA256.hash(Array("agreement".utf8)), agreedAt: clock.now, provedBy: "one-time-code",
            provedAt: clock.now)
        func address(_ channel: ChannelKind, _ value: String?) -> ServiceAddress? {
            value.map {
                ServiceAddress(channel: channel, value: $0, confirmation: isConfirmed ? confirmation : nil)
            }
        }
        let addresses = [
            address(.email, email), address(.sms, phone), address(.inbox, id), address(.ems, postal),
            address(.onSite, postal),
        ].compactMap { $0 }
        let person = Recipient(
            id: PersonID(id), externalID: "ext-\(id)", name: name, language: language, addresses: addresses)
        let known = try await store.recipients([person.id])[person.id]
        guard try await store.save(person, replacing: known, evidence: []) else {
            throw NoticeError(.conflict, "\(person.id) was changed meanwhile")
        }
        return person.id
    }
}

extension Principal {
    /// Who writes notices in tests.
    public static let author = Principal(id: "key-author", kind: .apiKey, method: "api-key")
    /// The first who approves.
    public static let approverA = Principal(id: "u-wang", kind: .person, method: "session")
    /// The second who approves.
    public static let approverB = Principal(id: "u-zhao", kind: .person, method: "session")
    /// A third who may approve.
    public static let approverC = Principal(id: "u-qian", kind: .person, method: "session")
}
