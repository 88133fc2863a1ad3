/// A timestamp authority reached over HTTP (RFC 3161, 3.4).
public struct RemoteAuthority: TimestampAuthority {
    /// What it takes to send one request: POST the body and return what came back.
    public typealias Post =
        @Sendable (
            _ url: String, _ contentType: String, _ body: [UInt8]
        ) async throws -> (status: Int, contentType: String, body: [UInt8])

    /// What is known about the authority beforehand.
    public struct Settings: Sendable {
        /// The name shown beside its tokens.
        public var name: String
        /// Where requests are sent.
        public var url: String
        /// Whether it is run by someone with no interest in our evidence; the operator's word.
        public var isIndependent: Bool
        /// The roots its certificate must lead to.
        public var roots: [Certificate]
        /// The policies accepted, as dotted object identifiers; nil accepts any.
        public var policies: [String]?
        /// How far its time may be from ours before we refuse the token.
        public var tolerance: Duration

        /// Describes an authority.
        public init(
            name: String, url: String, isIndependent: Bool = true, roots: [Certificate], policies: [String]? = nil,
            tolerance: Duration = .seconds(60)
        ) {
            self.name = name
            self.url = url
            self.isIndependent = isIndependent
            self.roots = roots
            self.policies = policies
            self.tolerance = tolerance
        }
    }

    private let settings: Settings
    private let clock: any WallClock
    private let post: Post

    /// Takes the description, our clock to compare with, and the HTTP call.
    public init(_ settings: Settings, clock: any WallClock, post: @escaping Post) {
        self.settings = settings
        self.clock = clock
        self.post = post
    }

    /// The name shown beside its tokens.
    public var name: String { settings.name }
    /// Whether the operator calls it independent.
    public var isIndependent: Bool { settings.isIndependent }

    /// Asks for a token over a digest and checks everything RFC 3161, 2.2 asks a client to check.
    public func token(for digest: Digest) async throws -> TimestampToken {
        let request = TimestampRequest(digest: digest)
        let asked = clock.now
        let body = try await exchange(request)
        let answered = clock.now
        let der = try TimestampReply(body).grantedToken(by: name)
        let token: TimestampToken
        do {
            token = try TimestampToken(der: der)
        } catch {
            throw EvidenceError(.timestampNotAReply, "\(name): \(error.reason)", detail: error.detail)
        }
        try check(token, against: request)
        try checkTime(of: token, asked: asked, answered: answered)
        return token
    }

    private func exchange(_ request: TimestampRequest) async throws -> [UInt8] {
        let answer: (status: Int, contentType: String, body: [UInt8])
        do {
            answer = try await post(settings.url, "application/timestamp-query", request.der)
        } catch is CancellationError {
            throw CancellationError()
        } catch {
            throw EvidenceError(.timestampUnreachable, "\(name) did not answer", detail: "\(error)")
        }
        guard answer.status == 200 else {
            throw EvidenceError(.timestampUnreachable, "\(name) answered HTTP \(answer.status)")
        }
        let kind = answer.contentType.utf8.prefix { $0 != 0x3B }
        let trimmed = String(decoding: kind.filter { $0 != 0x20 && $0 != 0x09 }, as: UTF8.self).lowercased()
        guard trimmed == "application/timestamp-reply" else {
            throw EvidenceError(
                .timestampNotAReply,
                "\(name) answered with \"\(answer.contentType.prefix(60))\" instead of application/timestamp-reply")
        }
        return answer.body
    }

    private func check(_ token: TimestampToken, against request: TimestampRequest) throws(EvidenceError) {
        guard token.imprint == request.digest else {
            throw EvidenceError(.timestampImprint, "\(name) sent a token over other bytes than we asked for")
        }
        guard token.nonce == request.nonce else {
            throw EvidenceError(.timestampNonce, "\(name) sent a token for another request, perhaps a replayed one")
        }
        if let policies = settings.policies, !policies.contains(token.policy) {
            throw EvidenceError(
                .timestampPolicy,
                "\(name) stamped under policy \(token.policy); accepted: \(policies.joined(separator: ", "))")
        }
        let verdict = token.verify(over: request.digest, roots: settings.roots)
        guard verdict.isValid else {
            let reasons = verdict.faults.map(\.description).joined(separator: "; ")
            throw EvidenceError(.timestampCertificate, "\(name): \(reasons)")
        }
    }

    /// Refuses a time that neither clock error nor transit can explain: one of the two clocks is wrong, and a token that
    /// contradicts our own record would weaken both.
    private func checkTime(
        of token: TimestampToken, asked: Timestamp, answered: Timestamp
    ) throws(EvidenceError) {
        let earliest = min(asked, answered).adding(.zero - settings.tolerance)
        let latest = max(asked, answered).adding(settings.tolerance)
        guard (earliest...latest).contains(token.genTime) else {
            throw EvidenceError(
                .timestampTime,
                "\(name) says it is \(token.genTime), our clock says \(answered); compare both with a third clock")
        }
    }
}
