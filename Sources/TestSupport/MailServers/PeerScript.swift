import Foundation

/// What a scripted peer does at one point of a dialogue.
public enum PeerAction: Sendable, Encodable {
    /// Sends lines, each with CR LF.
    case reply(String)
    /// Sends text exactly as it stands.
    case raw(String)
    /// Sends so many bytes of filling.
    case fill(Int)
    /// Waits.
    case pause(Duration)
    /// Closes the connection.
    case close
    /// Breaks the connection off with a reset.
    case reset
    /// Says nothing until the client goes.
    case silent
    /// Does what an ordinary server does here.
    case proceed

    /// Encodes the action as a pair of word and value for the peer.
    public func encode(to encoder: any Encoder) throws {
        var pair = encoder.unkeyedContainer()
        switch self {
        case .reply(let text): try encode("reply", text, &pair)
        case .raw(let text): try encode("raw", text, &pair)
        case .fill(let count): try encode("fill", String(count), &pair)
        case .pause(let time): try encode("pause", "\(time / .milliseconds(1) / 1000)", &pair)
        case .close: try encode("close", "", &pair)
        case .reset: try encode("reset", "", &pair)
        case .silent: try encode("silent", "", &pair)
        case .proceed: try encode("proceed", "", &pair)
        }
    }

    private func encode(_ word: String, _ value: String, _ pair: inout any UnkeyedEncodingContainer) throws {
        try pair.encode(word)
        try pair.encode(value)
    }
}

/// When a scripted peer leaves the ordinary dialogue, and what it does then.
public struct PeerRule: Sendable, Encodable {
    let verb: String
    let occurrence: Int?
    let actions: [PeerAction]

    /// Every time at `verb`: CONNECT, TLS, EHLO, STARTTLS, AUTH, MAIL, RCPT, DATA, BODY, DOT, RSET, QUIT, or an HTTP path.
    public static func at(_ verb: String, _ actions: PeerAction...) -> PeerRule {
        PeerRule(verb: verb, occurrence: nil, actions: actions)
    }

    /// Only at the `occurrence`-th time at `verb`, counted from 1 over all connections.
    public static func at(_ verb: String, _ occurrence: Int, _ actions: PeerAction...) -> PeerRule {
        PeerRule(verb: verb, occurrence: occurrence, actions: actions)
    }
}

/// Something a scripted peer saw.
public struct PeerEvent: Sendable, Decodable {
    /// The number of the connection, from 1.
    public let connection: Int
    /// `connect`, `tls`, `line`, `message`, `request` or `gone`.
    public let kind: String
    /// The line, the raw bytes as Latin-1, or the TLS version.
    public let text: String
}

/// The certificate and key a scripted peer shows.
public struct PeerIdentity: Sendable {
    /// The certificate's PEM file.
    public let certificate: String
    /// The key's PEM file.
    public let key: String

    /// Names the two files.
    public init(certificate: String, key: String) {
        self.certificate = certificate
        self.key = key
    }
}

/// A server that follows a script, over TCP or TLS, and tells what it saw; python3 does the speaking.
public struct ScriptedPeer: Sendable {
    /// The port on 127.0.0.1.
    public let port: Int
    /// The process and its directory.
    public let process: ServerProcess

    private struct Setup: Encodable {
        let mode: String
        let offers: [String]
        let rules: [PeerRule]
        let certificate: String?
        let key: String?
        let implicitTLS: Bool
        let maxTLS: String?
    }

    /// Starts an SMTP server that accepts everything but where a rule says otherwise.
    ///
    /// With an identity it offers STARTTLS, or TLS from the first byte; `maxTLS` may be "1.1".
    public static func smtp(
        offers: [String] = ["PIPELINING", "DSN", "8BITMIME", "SIZE 10240000"], identity: PeerIdentity? = nil,
        implicitTLS: Bool = false, maxTLS: String? = nil, _ rules: PeerRule...
    ) async throws -> ScriptedPeer {
        try await start(
            Setup(
                mode: "smtp", offers: offers, rules: rules, certificate: identity?.certificate, key: identity?.key,
                implicitTLS: implicitTLS, maxTLS: maxTLS))
    }

    /// Starts an HTTP server that answers 200 and "ok" but where a rule for the path says otherwise.
    public static func http(identity: PeerIdentity? = nil, _ rules: PeerRule...) async throws -> ScriptedPeer {
        try await start(
            Setup(
                mode: "http", offers: [], rules: rules, certificate: identity?.certificate, key: identity?.key,
                implicitTLS: identity != nil, maxTLS: nil))
    }

    private static func start(_ setup: Setup) async throws -> ScriptedPeer {
        let directory = try ServerProcess.makeDirectory("peer")
        try Data(peerProgram.utf8).write(to: directory.appending(path: "peer.py"))
        try JSONEncoder().encode(setup).write(to: directory.appending(path: "setup.json"))
        let process = try ServerProcess(
            directory: directory,
            start: """
                python=/usr/bin/python3; [ -x $python ] || python=python3
                $python peer.py & server=$!
                """, stop: "kill $server; wait $server")
        try await process.wait(for: "the scripted peer") { !process.text(of: "port").isEmpty }
        guard let port = Int(process.text(of: "port")) else {
            throw ServerFault(description: "the scripted peer wrote no port")
        }
        return ScriptedPeer(port: port, process: process)
    }

    /// Everything seen so far, in order.
    public var events: [PeerEvent] {
        let decoder = JSONDecoder()
        // The last line may be half written while we read; it will be whole the next time.
        return process.text(of: "events").split(separator: "\n").compactMap {
            try? decoder.decode(PeerEvent.self, from: Data($0.utf8))
        }
    }

    /// The command lines seen so far.
    public var lines: [String] { events.filter { $0.kind == "line" }.map(\.text) }

    /// The raw messages or requests seen so far.
    public var messages: [[UInt8]] {
        events.filter { $0.kind == "message" || $0.kind == "request" }
            .map { $0.text.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) } }
    }

    /// How many connections were made.
    public var connections: Int { events.filter { $0.kind == "connect" }.count }

    /// Waits until the peer has seen a line, message or request that starts with `prefix`.
    public func wait(for prefix: String) async throws {
        try await process.wait(for: "\"\(prefix)\" at the peer") { events.contains { $0.text.hasPrefix(prefix) } }
    }

    /// Waits until something of this kind has happened `count` times.
    public func wait(forKind kind: String, count: Int = 1) async throws {
        try await process.wait(for: "\(count) of \(kind) at the peer") {
            events.filter { $0.kind == kind }.count >= count
        }
    }

    /// Stops the peer.
    public func stop() async { await process.stop() }
}
