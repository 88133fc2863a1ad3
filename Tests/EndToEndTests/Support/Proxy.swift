import Foundation
import TestSupport

/// Debian's Caddy with the configuration that is shipped, on loopback, with certificates of its own authority.
struct Proxy: Sendable {
    let http: Int
    let https: Int
    private let directory: String
    private let program: Program

    /// How people reach what is behind it.
    var url: String { "https://localhost:\(https)" }
    /// Its authority, which only those who are told trust.
    var root: String { "\(directory)/data/caddy/pki/authorities/local/root.crt" }

    /// The ports a proxy will have; what stands behind it must know its address before it runs.
    static func ports() throws -> (http: Int, https: Int) { (try LoopbackPort.free(), try LoopbackPort.free()) }

    /// Lends a proxy that takes connections, and ends it whatever happens.
    static func with(
        _ ports: (http: Int, https: Int), before upstream: Int, _ body: (Proxy) async throws -> Void
    ) async throws {
        let proxy = try await start(ports, before: upstream)
        do { try await body(proxy) } catch {
            await proxy.stop()
            throw error
        }
        await proxy.stop()
    }

    private static func start(_ ports: (http: Int, https: Int), before upstream: Int) async throws -> Proxy {
        let directory = try TemporaryDirectory.make("songda-proxy")
        let program = try await Program.start(
            ["caddy", "run", "--config", TestResources.root + "/config/Caddyfile", "--adapter", "caddyfile"],
            in: directory,
            environment: [
                "SONGDA_SITE": "localhost", "SONGDA_UPSTREAM": "127.0.0.1:\(upstream)",
                "SONGDA_OPTIONS": "local_certs\n\tdefault_bind 127.0.0.1", "SONGDA_HTTP_PORT": "\(ports.http)",
                "SONGDA_HTTPS_PORT": "\(ports.https)", "XDG_DATA_HOME": "\(directory)/data",
                "XDG_CONFIG_HOME": "\(directory)/config", "HOME": directory,
            ])
        let proxy = Proxy(http: ports.http, https: ports.https, directory: directory, program: program)
        do {
            try await program.wait(for: "the proxy to have its certificate and to listen") {
                guard FileManager.default.fileExists(atPath: proxy.root) else { return false }
                return try await proxy.speak(["-alpn", "h2"]).contains("Verify return code: 0 (ok)")
            }
        } catch {
            await proxy.stop()
            throw error
        }
        return proxy
    }

    /// What OpenSSL says of a connection that asks so.
    func speak(_ words: [String]) async throws -> String {
        try await Program.run(
            [
                "sh", "-c", "openssl s_client \"$@\" </dev/null", "s_client", "-connect", "127.0.0.1:\(https)",
                "-servername",
                "localhost", "-CAfile", root,
            ] + words, in: directory
        ).said
    }

    /// Ends it.
    private func stop() async {
        program.signal(15)
        await program.discard()
        try? FileManager.default.removeItem(atPath: directory)  // a leftover in /tmp harms no test
    }
}
