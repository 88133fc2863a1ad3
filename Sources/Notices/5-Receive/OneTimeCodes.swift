import Evidence

/// Proves that a person holds a phone or mailbox: six digits sent there, answered within ten minutes.
///
/// At most five codes an hour and five tries a code; only a keyed hash is stored. A code goes to an address already on
/// record, never to one that the asking person brings along, except to prove that very address.
public struct OneTimeCodes: Sendable {
    /// How many codes a person may ask for in an hour.
    public static let perHour = 5
    /// How many wrong answers end a code.
    public static let maximumTries = 5
    /// How long a code works.
    public static let lifetime = Duration.seconds(600)

    private let store: any CredentialStore
    private let log: any EvidenceLogStore
    private let recorder: EvidenceRecorder
    private let clock: any WallClock
    private let key: [UInt8]
    private let routes: [ChannelKind: RouteTable]
    private let sandbox: [ChannelKind: RouteTable]
    private let isRehearsal: Bool

    /// Makes codes that travel by the routes of the notices, past those that rest or are paused; those of a rehearsal say
    /// that they are of one.
    ///
    /// - Parameter sandbox: the routes of codes that open what test keys have issued, where the others are meant.
    public init(
        store: any CredentialStore, log: any EvidenceLogStore, recorder: EvidenceRecorder, clock: any WallClock,
        key: [UInt8], routes: [ChannelKind: RouteTable],
        sandbox: [ChannelKind: RouteTable] = [:], isRehearsal: Bool = false
    ) {
        self.store = store
        self.log = log
        self.recorder = recorder
        self.clock = clock
        self.key = key
        self.routes = routes
        self.sandbox = sandbox
        self.isRehearsal = isRehearsal
    }

    /// Sends a code and returns the challenge's id.
    ///
    /// The challenge is stored before the code leaves. A courier that defers or loses the reply is said in the error; the
    /// person may ask again. A code that opens what a test key has issued goes to the sandbox too.
    public func send(
        to address: ServiceAddress, of person: Recipient, purpose: CodePurpose, sender: Parcel.Sender,
        isTest: Bool = false
    ) async throws -> String {
        let tables = isTest && !isRehearsal ? sandbox : routes
        guard let table = tables[address.channel], !table.routes.isEmpty else {
            throw NoticeError(.invalid, "no route for \(address.channel.rawValue) is configured to send a code by")
        }
        let now = clock.now
        let code = Self.randomCode()
        let challenge = Challenge(
            id: SecureRandom.uuid(at: now), person: person.id, purpose: purpose.key,
            codeHash: hash(code, purpose: purpose, person: person.id), address: address, createdAt: now,
            expiresAt: now.adding(Self.lifetime), tries: 0)
        guard try await store.store(challenge, limit: Self.perHour, since: now.adding(.seconds(-3600))) else {
            throw NoticeError(.tooManyRequests, "\(Self.perHour) codes were sent within an hour; wait and try again")
        }
        let outcome = try await deliver(
            parcel(
                challenge, code: code, for: purpose, to: address, of: person, sender: sender,
                isRehearsal: isRehearsal || isTest, at: now),
            by: table)
        switch outcome.result {
        case .accepted, .unknown: return challenge.id
        case .deferred(let reason, _), .refused(let reason):
            throw NoticeError(
                .unavailable, "the code could not be sent: \(PeerWords(reason).text); try again or use another address")
        }
    }

    /// Takes an answer; throws unless it is the right one, in time, for the first time.
    ///
    /// - Returns: the address that the right answer proves.
    public func check(_ code: String, person: PersonID, purpose: CodePurpose) async throws -> ServiceAddress {
        guard let challenge = try await store.challenge(person: person, purpose: purpose.key) else {
            throw NoticeError(.credential, "no code is open for this step; ask for one")
        }
        guard clock.now < challenge.expiresAt else {
            throw NoticeError(.credential, "the code has expired; ask for a new one")
        }
        // Counted before it is compared: tries that run side by side cannot share a count.
        let tries = try await store.countTry(challenge.id)
        guard tries <= Self.maximumTries else {
            throw NoticeError(.tooManyRequests, "\(Self.maximumTries) wrong answers; ask for a new code")
        }
        let given = hash(code, purpose: purpose, person: person)
        guard ConstantTime.equal(given, challenge.codeHash) else {
            throw NoticeError(.credential, "the code is wrong; \(Self.maximumTries - tries) tries remain")
        }
        guard try await store.useChallenge(challenge.id, at: clock.now) else {
            throw NoticeError(.credential, "the code was used before; ask for a new one")
        }
        return challenge.address
    }

    /// By the route whose turn it is; what becomes of it counts for the route like any other parcel.
    private func deliver(_ parcel: Parcel, by table: RouteTable) async throws -> DeliveryOutcome {
        let courier: any Channel
        switch table.choose(at: clock.now) {
        case .use(let chosen): courier = chosen
        case .wait(_, let reason):
            throw NoticeError(
                .unavailable,
                "the code could not be sent: every route rests (\(PeerWords(reason).text)); try again later")
        }
        let outcome = await courier.deliver(parcel)
        if let change = table.report(outcome, on: courier.route, at: clock.now) {
            try await log.stage([
                try recorder.entry(
                    change, at: clock.now,
                    ["route": .string(courier.route.rawValue), "peer": .string(PeerWords(outcome.peer).text)])
            ])
        }
        return outcome
    }

    private func hash(_ code: String, purpose: CodePurpose, person: PersonID) -> [UInt8] {
        HMAC.sha256(key: key, Array("code \(person.rawValue) \(purpose.key) \(code)".utf8))
    }

    private static func randomCode() -> String {
        // 2^64 is so much larger than 10^6 that the remainder's bias is below 10^-13.
        let number = SecureRandom.bytes(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) } % 1_000_000
        let digits = String(number)
        return String(repeating: "0", count: 6 - digits.count) + digits
    }

    private func parcel(
        _ challenge: Challenge, code: String, for purpose: CodePurpose, to address: ServiceAddress,
        of person: Recipient, sender: Parcel.Sender, isRehearsal: Bool, at now: Timestamp
    ) -> Parcel {
        let language: NoticeLanguage = person.language == "en" ? .english : .chinese
        let text = purpose.text(code: code, from: sender.name, in: language)
        let subject = language == .english ? "Your code" : "验证码"
        let key = challenge.id.filter { $0 != "-" }
        return Parcel(
            delivery: DeliveryID(challenge.id), notice: NoticeID(challenge.id), noticeNumber: "", attempt: 1,
            address: address.value, recipientName: person.name, sender: sender, language: person.language,
            content: ParcelContent(
                subject: isRehearsal ? RehearsalMark.prefix + subject : subject,
                emailMarkdown: isRehearsal ? RehearsalMark.marking(markdown: text) : text,
                smsText: isRehearsal ? RehearsalMark.smsPrefix(language) + text : text, attachments: []),
            date: now, messageKey: key)
    }
}
