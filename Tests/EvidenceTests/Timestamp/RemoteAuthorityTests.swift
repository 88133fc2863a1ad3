import Evidence
import Synchronization
import TestSupport
import Testing

@Suite struct RemoteAuthorityTests {
    let digest = SHA256.hash(Array("checkpoint".utf8))
    let authority: TestAuthority

    init() throws { authority = try TestAuthority() }

    private func remote(
        policies: [String]? = nil, roots: [Certificate]? = nil, clock: ManualClock? = nil,
        post: @escaping RemoteAuthority.Post
    ) -> RemoteAuthority {
        RemoteAuthority(
            .init(name: "tsa.example", url: "http://tsa.example/", roots: roots ?? authority.roots, policies: policies),
            clock: clock ?? authority.clock, post: post)
    }

    private func reply(_ body: [UInt8]) -> (status: Int, contentType: String, body: [UInt8]) {
        (200, "application/timestamp-reply", body)
    }

    private func expect(_ code: EvidenceError.Code, mentions word: String, _ remote: RemoteAuthority) async {
        let error = await #expect(throws: EvidenceError.self) { try await remote.token(for: digest) }
        #expect(error?.code == code)
        #expect(error?.description.contains(word) == true, "\(String(describing: error))")
        #expect(error?.reason.contains("tsa.example") == true || code == .timestampNotAReply)
    }

    @Test func `a sound reply gives a token, with the content type in any case and with parameters`() async throws {
        let embedded = try authority.authority()
        let remote = remote(policies: [EmbeddedAuthority.policy]) { url, type, body in
            #expect(url == "http://tsa.example/")
            #expect(type == "application/timestamp-query")
            return (200, "Application/Timestamp-Reply ; charset=binary", try embedded.reply(to: body))
        }
        let token = try await remote.token(for: digest)
        #expect(token.imprint == digest)
        #expect(remote.isIndependent)
    }

    @Test func `F22: authority down is an error of its own, and no local time stands in`() async throws {
        struct ConnectionRefused: Error {}
        await expect(
            .timestampUnreachable, mentions: "ConnectionRefused", remote { _, _, _ in throw ConnectionRefused() })
        await expect(.timestampUnreachable, mentions: "503", remote { _, _, _ in (503, "text/html", []) })
    }

    @Test(arguments: [Duration.seconds(-600), .seconds(600), .seconds(-61), .seconds(61)])
    func `F22: a token with the wrong time is refused`(offset: Duration) async throws {
        let embedded = try authority.authority()
        let ours = ManualClock(authority.clock.now.adding(offset))
        await expect(
            .timestampTime, mentions: "our clock",
            remote(clock: ours) { _, _, body in reply(try embedded.reply(to: body)) })
    }

    @Test func `a time within the tolerance is accepted`() async throws {
        let embedded = try authority.authority()
        let ours = ManualClock(authority.clock.now.adding(.seconds(59)))
        let remote = remote(clock: ours) { _, _, body in reply(try embedded.reply(to: body)) }
        #expect(try await remote.token(for: digest).genTime == authority.clock.now)
    }

    @Test func `F22: a replayed token is refused by its nonce`() async throws {
        let embedded = try authority.authority()
        let old = try embedded.reply(to: TimestampRequest(digest: digest).der)
        await expect(.timestampNonce, mentions: "replayed", remote { _, _, _ in reply(old) })
    }

    @Test func `F22: a token over other bytes is refused`() async throws {
        let embedded = try authority.authority()
        await expect(
            .timestampImprint, mentions: "other bytes",
            remote { _, _, _ in reply(try embedded.reply(to: TimestampRequest(digest: SHA256.hash([1])).der)) })
    }

    @Test func `F22: a policy that is not accepted is refused`() async throws {
        let embedded = try authority.authority()
        await expect(
            .timestampPolicy, mentions: "1.2.3",
            remote(policies: ["1.2.3"]) { _, _, body in reply(try embedded.reply(to: body)) })
    }

    @Test func `F22: a certificate of an unknown root is refused`() async throws {
        let stranger = try TestAuthority()
        let embedded = try EmbeddedAuthority(
            key: stranger.stampKey, certificate: stranger.stamp, clock: authority.clock)
        await expect(
            .timestampCertificate, mentions: "not trusted",
            remote { _, _, body in reply(try embedded.reply(to: body)) })
    }

    @Test(arguments: [
        [UInt8](), [0x30, 0x00], Array("<html>busy</html>".utf8), [0x30, 0x05, 0x30, 0x03, 0x02, 0x01, 0x00],
        [0x30, 0x84, 0xFF, 0xFF, 0xFF, 0xFF],
    ])
    func `bytes that are no timestamp reply are refused`(body: [UInt8]) async {
        await expect(.timestampNotAReply, mentions: "timestamp", remote { _, _, _ in reply(body) })
    }

    @Test func `a reply larger than any reply is refused`() async {
        await expect(
            .timestampNotAReply, mentions: "at most",
            remote { _, _, _ in reply([UInt8](repeating: 0x30, count: 1 << 20)) })
    }

    @Test func `a reply of another content type is refused`() async throws {
        let embedded = try authority.authority()
        await expect(
            .timestampNotAReply, mentions: "application/timestamp-response",
            remote { _, _, body in (200, "application/timestamp-response", try embedded.reply(to: body)) })
    }

    @Test func `a cancelled request stays a cancellation`() async {
        let remote = remote { _, _, _ in throw CancellationError() }
        await #expect(throws: CancellationError.self) { try await remote.token(for: digest) }
    }
}

@Suite struct AuthorityChainTests {
    private struct Scripted: TimestampAuthority {
        let name: String
        let isIndependent: Bool
        let token: TimestampToken?
        func token(for digest: Digest) async throws -> TimestampToken {
            guard let token else { throw EvidenceError(.timestampUnreachable, "\(name) did not answer") }
            return token
        }
    }

    @Test func `the next authority is asked when one fails, and the failure is remembered until it works again`()
        async throws
    {
        let authority = try TestAuthority()
        let digest = SHA256.hash([1])
        let token = try await authority.authority().token(for: digest)
        let flaky = Flaky(token)
        let chain = AuthorityChain(
            [flaky, Scripted(name: "second", isIndependent: false, token: token)], clock: authority.clock)
        let first = try await chain.stamp(digest)
        #expect(first.authority.name == "second")
        #expect(chain.failures.map(\.reason) == ["first is down"])
        #expect(chain.failures.map(\.at) == [authority.clock.now])
        flaky.isUp.withLock { $0 = true }
        #expect(try await chain.stamp(digest).authority.name == "first")
        #expect(chain.failures == [])
        #expect(!chain.isIndependent)
    }

    @Test func `F22: when every authority is down there is no token and every reason is told`() async throws {
        let clock = ManualClock()
        let chain = AuthorityChain(
            [
                Scripted(name: "one", isIndependent: true, token: nil),
                Scripted(name: "two", isIndependent: true, token: nil),
            ], clock: clock)
        let error = await #expect(throws: EvidenceError.self) { try await chain.token(for: SHA256.hash([1])) }
        #expect(error?.code == .timestampNone)
        #expect(error?.detail?.contains("one did not answer") == true)
        #expect(error?.detail?.contains("two did not answer") == true)
        #expect(chain.failures.map(\.authority) == ["one", "two"])
        #expect(chain.isIndependent)
        await #expect(throws: EvidenceError(.timestampNone, "")) {
            try await AuthorityChain([], clock: clock).token(for: SHA256.hash([1]))
        }
    }

    private final class Flaky: TimestampAuthority {
        let name = "first"
        let isIndependent = true
        let isUp = Mutex(false)
        private let token: TimestampToken
        init(_ token: TimestampToken) { self.token = token }
        func token(for digest: Digest) async throws -> TimestampToken {
            guard isUp.withLock({ $0 }) else { throw EvidenceError(.timestampUnreachable, "first is down") }
            return token
        }
    }
}
