import Evidence
import Hummingbird
import Logging

/// Writes one line a request.
///
/// It names the pattern of the address, not the address: paths carry link tokens and call-back secrets, and what matched no
/// pattern may be a mistyped one. Nobody's network address is written, no header, no query.
struct AccessLog: RouterMiddleware {
    let logger: Logger
    let clock: any WallClock

    func handle(
        _ request: Request, context: ConsoleContext, next: (Request, ConsoleContext) async throws -> Response
    ) async throws -> Response {
        let begun = clock.now
        let response = try await next(request, context)
        let facts = context.trace.facts
        let took = clock.now.since(begun).components
        let milliseconds = took.seconds * 1000 + took.attoseconds / 1_000_000_000_000_000
        var line = "\(request.method.rawValue.prefix(10)) \(facts.route ?? "(no such address)") \(response.status.code)"
        line += " ms=\(milliseconds) bytes=\(response.body.contentLength ?? 0)"
        for (name, value) in [
            ("key", facts.key), ("notice", facts.notice), ("delivery", facts.delivery), ("problem", facts.problem),
            ("incident", facts.incident),
        ] {
            if let value { line += " \(name)=\(value)" }
        }
        if response.status.code >= 500 { logger.error("\(line)") } else { logger.info("\(line)") }
        return response
    }
}

/// Puts the fields that make browsers careful on every answer, refusals included.
struct SecurityHeaders: RouterMiddleware {
    /// Whether the world reaches us by HTTPS.
    let isSecure: Bool

    static let policy =
        "default-src 'self'; base-uri 'none'; object-src 'none'; form-action 'self'; frame-ancestors 'none'"

    func handle(
        _ request: Request, context: ConsoleContext, next: (Request, ConsoleContext) async throws -> Response
    ) async throws -> Response {
        var response = try await next(request, context)
        for (name, value) in [
            ("Content-Security-Policy", Self.policy), ("X-Content-Type-Options", "nosniff"),
            ("Referrer-Policy", "no-referrer"), ("X-Frame-Options", "DENY"),
            ("Cross-Origin-Opener-Policy", "same-origin"), ("Cross-Origin-Resource-Policy", "same-origin"),
            ("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=()"),
            // Only the style sheet says otherwise: everything else is about somebody.
            ("Cache-Control", "no-store"),
        ] {
            response.headers.addMissing(name, value)
        }
        if isSecure { response.headers.addMissing("Strict-Transport-Security", "max-age=31536000") }
        return response
    }
}
