import Foundation

/// A private authority and server certificates, right and wrong, made with the openssl command.
public struct TestCertificates: Sendable {
    /// The certificate authority to trust.
    public let caFile: String
    /// An authority that signed nothing.
    public let otherCAFile: String
    /// For `localhost` and 127.0.0.1, valid now.
    public let good: PeerIdentity
    /// Right name, but its time is over.
    public let expired: PeerIdentity
    /// Valid, but for another host.
    public let wrongName: PeerIdentity
    private let process: ServerProcess

    /// Makes all of them in a directory that lasts as long as this value.
    public static func make() async throws -> TestCertificates {
        let directory = try ServerProcess.makeDirectory("certs")
        let process = try ServerProcess(
            directory: directory,
            start: """
                authority() {
                    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj "/CN=Test $1" \\
                        -keyout $1.key -out $1.pem
                }
                server() {
                    openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=$2 -keyout $1.key -out $1.csr
                    printf 'subjectAltName=%s\\n' "$3" >$1.ext
                    openssl x509 -req -in $1.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days $4 -extfile $1.ext -out $1.pem
                }
                authority ca && authority other
                server good localhost DNS:localhost,IP:127.0.0.1 30
                server expired localhost DNS:localhost,IP:127.0.0.1 -1
                server wrong elsewhere.test DNS:elsewhere.test 30
                chmod 644 *.key && touch done
                """, stop: "true")
        try await process.wait(for: "certificates") {
            FileManager.default.fileExists(atPath: directory.appending(path: "done").path)
        }
        let file = { (name: String) in directory.appending(path: name).path }
        let identity = { (name: String) in PeerIdentity(certificate: file(name + ".pem"), key: file(name + ".key")) }
        return TestCertificates(
            caFile: file("ca.pem"), otherCAFile: file("other.pem"), good: identity("good"),
            expired: identity("expired"), wrongName: identity("wrong"), process: process)
    }
}
