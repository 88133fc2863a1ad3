import Evidence
import Hummingbird
import Notices

/// Finds out whose key a request bears and by which address its tries are counted.
struct Gatekeeper: Sendable {
    let credentials: any CredentialStore
    let clock: any WallClock
    let trustsForwardedFor: Bool
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
            throw Problem.unauthorized("this address needs a key; send Authorization: Bearer sk_…")
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
    func client(_ request: Request, peer: String) -> String {
        var address = peer
        if trustsForwardedFor, let forwarded = request.headers.values(of: "X-Forwarded-For").last,
            let last = forwarded.split(separator: ",").last
        {
            address = last.filter { $0 != " " }
        }
        guard address.contains(":") else { return String(address.prefix(45)) }
        return address.prefix(45).split(separator: ":", omittingEmptySubsequences: false).prefix(4)
            .joined(separator: ":")
    }
}
