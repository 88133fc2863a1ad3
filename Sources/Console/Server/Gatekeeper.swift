import Evidence
import Hummingbird
import Notices

/// Finds out whose key a request bears and by which address its tries are counted.
struct Gatekeeper: Sendable {
    let credentials: any CredentialStore
    let clock: any WallClock
    /// Those whose word about the address behind them is believed.
    let proxies: Set<String>
    /// Failed tries.
    ///
    /// A right key is always let through: at 256 bits it cannot be guessed, and one client behind a shared address must
    /// not lock out the others.
    let failures = TokenBuckets(burst: 20, every: .seconds(3))

    /// The key a request bears, if it may use the address.
    func admit(_ request: Request, to access: Endpoint.Access, client: String) async throws -> APIKey? {
        guard case .key(let scopes) = access else { return nil }
        let values = request.headers.values(of: "Authorization")
        guard !values.isEmpty else {
            throw Problem.unauthorized("this address needs a key; send Authorization: Bearer sd_live_…")
        }
        // Whatever was sent is hashed and looked up in the same way, so that time tells nothing about its form.
        let secret = values.count == 1 ? Self.bearer(values[0]) : ""
        guard let key = try await credentials.apiKey(SHA256.hash(Array(secret.utf8))) else {
            if let wait = failures.take(client, at: clock.now) {
                throw Problem.tooMany(retryAfter: wait, "too many wrong keys came from your address; wait")
            }
            throw Problem.unauthorized("the key is wrong or was revoked; check it or ask for another")
        }
        guard !key.scopes.isDisjoint(with: scopes) else { throw Problem.insufficientScope(scopes) }
        return key
    }

    private static func bearer(_ value: String) -> String {
        let parts = value.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, parts[0].lowercased() == "bearer" else { return "" }
        return String(parts[1])
    }

    /// The network address, or for IPv6 the network it is in: one household has 2^64 of them.
    ///
    /// Of what a proxy forwards only the last address is its own observation; those before it came with the request.
    func client(_ request: Request, peer: String) -> String {
        Self.client(peer, forwarded: request.headers.values(of: "X-Forwarded-For").last, proxies: proxies)
    }

    static func client(_ peer: String, forwarded: String?, proxies: Set<String>) -> String {
        var address = plain(peer)
        if proxies.contains(address), let last = forwarded?.split(separator: ",").last {
            let stated = plain(last.filter { $0 != " " })
            if isAddress(stated) { address = stated }
        }
        guard address.contains(":") else { return String(address.prefix(45)) }
        return address.prefix(45).split(separator: ":", omittingEmptySubsequences: false).prefix(4)
            .joined(separator: ":")
    }

    /// An IPv4 address is the same one when a socket of both families writes it `::ffff:192.0.2.1`.
    private static func plain(_ address: some StringProtocol) -> String {
        let lower = address.lowercased()
        return lower.hasPrefix("::ffff:") && lower.contains(".") ? String(lower.dropFirst(7)) : lower
    }

    /// What is no address would be a name that anybody can make up anew for each try.
    private static func isAddress(_ text: String) -> Bool {
        (2...45).contains(text.utf8.count)
            && text.utf8.allSatisfy { (0x30...0x3A).contains($0) || (0x61...0x66).contains($0) || $0 == 0x2E }
    }
}
