import ArgumentParser
import Curl
import Evidence
import Foundation

/// Options of commands that talk to a running server.
struct ServerOptions: ParsableArguments {
    @Option(help: "The server's address.")
    var server = "http://127.0.0.1:8080"
    @Option(help: "A file with the API key; the environment variable SONGDA_KEY is used otherwise.")
    var keyFile: String?

    /// A client, or the sentence that says what is missing.
    ///
    /// - Parameter why: says what the server is needed for, where nobody would expect it.
    func client(why: String? = nil) throws -> Client {
        let key: String?
        if let keyFile {
            do throws(SecretFile.Fault) { key = try SecretFile.read(keyFile) } catch {
                throw Failure("--key-file \(keyFile) \(error)")
            }
        } else {
            key = ProcessInfo.processInfo.environment["SONGDA_KEY"]
        }
        guard let key else {
            throw Failure(
                "no API key: set SONGDA_KEY, or give --key-file; songda keys add makes one"
                    + (why.map { " (\($0))" } ?? ""))
        }
        return Client(server: server, key: key)
    }
}

/// Speaks to the API of a server.
struct Client: Sendable {
    let server: String
    let key: String
    private let exchange = HTTPExchange()

    init(server: String, key: String) {
        self.server = server.hasSuffix("/") ? String(server.dropLast()) : server
        self.key = key
    }

    /// One request; an answer that is no success is thrown as the server's own sentence.
    func send(
        _ method: String, _ path: String, body: JSONValue? = nil, headers: [(String, String)] = []
    ) async throws -> HTTPResponse {
        var all = [HTTPHeader(name: "Authorization", value: "Bearer \(key)")]
        if body != nil { all.append(HTTPHeader(name: "Content-Type", value: "application/json")) }
        all += headers.map { HTTPHeader(name: $0.0, value: $0.1) }
        let response = try await exchange.send(
            HTTPRequest(
                method: method, url: server + path, headers: all, body: body?.canonicalBytes ?? [],
                maxResponseBytes: 256 << 20))
        guard (200..<300).contains(response.status) else { throw failure(response) }
        return response
    }

    /// One request with a body of another kind than JSON.
    func send(_ method: String, _ path: String, bytes: [UInt8], type: String) async throws -> JSONValue {
        let response = try await exchange.send(
            HTTPRequest(
                method: method, url: server + path,
                headers: [
                    HTTPHeader(name: "Authorization", value: "Bearer \(key)"),
                    HTTPHeader(name: "Content-Type", value: type),
                ], body: bytes, maxResponseBytes: 16 << 20))
        guard (200..<300).contains(response.status) else { throw failure(response) }
        return try JSONValue(parsing: response.body)
    }

    /// One request whose answer is JSON.
    func json(
        _ method: String, _ path: String, body: JSONValue? = nil, headers: [(String, String)] = []
    ) async throws -> JSONValue {
        try JSONValue(parsing: try await send(method, path, body: body, headers: headers).body)
    }

    /// Hands in a file as it is.
    func upload(_ path: String, type: String, bytes: [UInt8]) async throws -> JSONValue {
        let response = try await exchange.send(
            HTTPRequest(
                method: "POST", url: server + path,
                headers: [
                    HTTPHeader(name: "Authorization", value: "Bearer \(key)"),
                    HTTPHeader(name: "Content-Type", value: type),
                ], body: bytes))
        guard (200..<300).contains(response.status) else { throw failure(response) }
        return try JSONValue(parsing: response.body)
    }

    /// Presses the button of a page: an empty form, no key.
    ///
    /// Returns the page that follows.
    func post(_ url: String) async throws -> String {
        let response = try await exchange.send(
            HTTPRequest(
                method: "POST", url: url,
                headers: [HTTPHeader(name: "Content-Type", value: "application/x-www-form-urlencoded")], body: []))
        guard response.status == 200 else { throw failure(response) }
        return String(decoding: response.body, as: UTF8.self)
    }

    /// Lets go of the connection's thread.
    func close() { exchange.shutdown() }

    private func failure(_ response: HTTPResponse) -> Failure {
        // What is not a problem document is shown as it is.
        guard let problem = try? JSONValue(parsing: response.body) else {
            return Failure(
                "\(server) answered \(response.status): \(String(decoding: response.body.prefix(300), as: UTF8.self))")
        }
        var lines = [problem["detail"]?.string ?? problem["title"]?.string ?? "the server answered \(response.status)"]
        // The key may be right and the server somebody else's.
        if response.status == 401 || response.status == 403 {
            lines[0] += " (said by \(server); another is named by --server)"
        }
        for error in problem["errors"]?.array ?? [] {
            lines.append("  \(error["field"]?.string ?? ""): \(error["message"]?.string ?? "")")
        }
        return Failure(lines.joined(separator: "\n"), problem: problem)
    }
}
