import Foundation
import TestSupport

/// What two checkers, which share nothing, say about a proof bundle.
enum Bundles {
    /// Our verifier's verdict, and that of the script inside, which uses openssl and the usual tools only.
    static func verdicts(
        on bundle: String, trust: String
    ) async throws -> (ours: Program.Ending, openssl: Program.Ending) {
        let ours = try await Program.run([Program.verifier, bundle, "--trust", trust], in: "/")
        let scratch = try TemporaryDirectory.make("songda-bundle")
        defer { try? FileManager.default.removeItem(atPath: scratch) }  // a copy of what is in the bundle
        let unzip = try await Program.run(["unzip", "-q", bundle, "-d", scratch], in: "/")
        guard unzip.code == 0 else { throw TestSupportError("unzip: \(unzip.said)") }
        return (ours, try await Program.run(["sh", "verify.sh", trust], in: scratch))
    }

    /// One member of each sort: the document, its signature, an entry, a checkpoint, a token, the bundle's own signature.
    static func worthFlipping(in bundle: String) async throws -> [String] {
        let list = try await Program.run(["unzip", "-Z1", bundle], in: "/")
        let names = list.out.split(separator: "\n").map(String.init)
        return [
            names.first { $0.hasPrefix("documents/") && $0.hasSuffix(".pdf") },
            names.first { $0.hasPrefix("documents/") && $0.hasSuffix(".p7s") },
            names.first { $0.hasPrefix("entries/") && $0.hasSuffix(".json") },
            names.first { $0.hasSuffix(".checkpoint") }, names.first { $0.hasSuffix(".tst") },
            names.first { $0.hasPrefix("META-INF/") && $0.hasSuffix(".p7s") },
        ].compactMap { $0 }
    }

    /// Writes the bundle again with one bit of one member turned over; the archive itself stays whole.
    static func flip(_ member: String, of bundle: String, into copy: String) async throws {
        let script = """
            import sys, zipfile
            source, target, name = sys.argv[1:]
            with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
                for entry in old.infolist():
                    data = bytearray(old.read(entry))
                    if entry.filename == name:
                        data[len(data) // 2] ^= 1
                    new.writestr(entry, bytes(data))
            """
        let run = try await Program.run(["python3", "-c", script, bundle, copy, member], in: "/")
        guard run.code == 0 else { throw TestSupportError("\(member) could not be flipped: \(run.said)") }
    }
}
