import Evidence
import Notices
import TestSupport
import Testing

/// Expects a refusal of one code, and its sentence to hold some words.
func expectRefusal(
    _ code: NoticeError.Code, _ words: String = "", sourceLocation: SourceLocation = #_sourceLocation,
    _ body: () async throws -> Void
) async {
    do {
        try await body()
        Issue.record("nothing was refused", sourceLocation: sourceLocation)
    } catch let error as NoticeError {
        #expect(error.code == code, "\(error)", sourceLocation: sourceLocation)
        #expect(words.isEmpty || error.description.contains(words), "\(error)", sourceLocation: sourceLocation)
    } catch {
        Issue.record("\(error)", sourceLocation: sourceLocation)
    }
}

extension TestGateway {
    /// Both channels accept whatever comes.
    func acceptsAll() {
        mail.alwaysAccepts()
        sms.alwaysAccepts()
    }

    /// The one delivery of a notice over a channel.
    func only(_ channel: ChannelKind, of notice: NoticeID) async throws -> Delivery {
        let found = try await deliveries(of: notice, channel)
        try #require(found.count == 1, "\(found.count) deliveries by \(channel)")
        return found[0]
    }

    /// Issues a client notice and seals it.
    func sealedClientNotice() async throws -> NoticeID {
        let id = try await issue(clientContactChange())
        while try await pipeline.seal.runOnce() > 0 {}
        return id
    }

    /// A gateway set up so, whose people are on record already.
    static func staffed<T>(
        _ backend: Backend, _ change: (inout Options) -> Void = { _ in }, checks: Bool = true,
        _ body: (TestGateway) async throws -> T
    ) async throws -> T {
        var options = Options()
        change(&options)
        return try await with(backend, options, checks: checks) { gateway in
            try await gateway.person()
            return try await body(gateway)
        }
    }
}
