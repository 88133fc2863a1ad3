import Evidence
import Notices
import People

/// Somebody for whom the provider has vouched, and whose own second factor is still to be given.
struct VouchedSignIn: Sendable {
    /// How long they may look for their telephone.
    static let lifetime = Duration.seconds(300)
    private static let kind = "vouched"

    let account: AccountID
    let voucher: Voucher
    /// What the provider said, for evidence.
    let facts: [String: JSONValue]
    let next: String

    init(account: AccountID, voucher: Voucher, facts: [String: JSONValue], next: String) {
        self.account = account
        self.voucher = voucher
        self.facts = facts
        self.next = next
    }

    /// What a browser brings back; nil when it brings none, or one that is over.
    init?(cookie: String?, seal: CookieSeal, now: Timestamp) {
        guard let cookie, let json = seal.open(Self.kind, cookie, at: now), let account = json["account"]?.string,
            let issuer = json["issuer"]?.string, let subject = json["subject"]?.string,
            let nonce = json["nonce"]?.string.flatMap(Digest.init(hex:)), let facts = json["facts"]?.object,
            let next = json["next"]?.string
        else { return nil }
        self.init(
            account: AccountID(account),
            voucher: Voucher(
                identity: ProviderIdentity(issuer: issuer, subject: subject), session: json["session"]?.string,
                nonce: nonce),
            facts: facts, next: next)
    }

    /// The value of its cookie.
    func cookie(_ seal: CookieSeal, now: Timestamp) -> String {
        seal.seal(
            Self.kind,
            [
                "account": .string(account.rawValue), "issuer": .string(voucher.identity.issuer),
                "subject": .string(voucher.identity.subject),
                "session": voucher.session.map { .string($0) } ?? .null, "nonce": .string(voucher.nonce.hex),
                "facts": .object(facts), "next": .string(next),
            ], until: now.adding(Self.lifetime))
    }
}
