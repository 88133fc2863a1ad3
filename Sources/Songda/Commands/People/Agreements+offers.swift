import ArgumentParser
import Evidence
import Notices

extension Agreements {
    /// `songda agreements kinds`.
    struct Kinds: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List the kinds of agreements with the clauses that nobody can remove.")
        @OptionGroup var target: ServerOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            try await askPeople(target, output, "GET", "/v1/agreement-templates") { answer in
                (answer["items"]?.array ?? []).map { one in
                    let clauses = (one["clauses"]?.array ?? []).map {
                        "\n  \($0["id"]?.string ?? ""): \($0["zh"]?.string ?? "")"
                    }
                    let fields = (one["fields"]?.array ?? []).compactMap(\.string).joined(separator: ", ")
                    return "\(one["kind"]?.string ?? "")  version \(one["version"]?.integer ?? 0)  "
                        + "\(one["title"]?["zh"]?.string ?? "")\n  values: \(fields)" + clauses.joined()
                }.joined(separator: "\n")
            }
        }
    }

    /// `songda agreements withdraw`.
    struct Withdraw: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Withdraw an offer that was not signed.")
        @OptionGroup var target: ServerOptions
        @OptionGroup var output: OutputOptions
        @Option(help: "Why.") var reason: String
        @Argument(help: "The agreement's id.") var agreement: String

        func run() async throws {
            let path = "/v1/agreements/\(try pathPart(agreement))/withdrawal"
            try await target.talk { client in
                _ = try await client.send("POST", path, body: ["reason": .string(reason)])
            }
            output.show(["agreement": .string(agreement), "state": "withdrawn"], text: "withdrawn")
        }
    }

    /// `songda agreements release`.
    struct Release: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Release somebody from a non-compete that runs; its compensation ends with it.")
        @OptionGroup var target: ServerOptions
        @OptionGroup var output: OutputOptions
        @Option(help: "Why.") var reason: String
        @Argument(help: "The agreement's id.") var agreement: String

        func run() async throws {
            let path = "/v1/non-competes/\(try pathPart(agreement))/release"
            try await target.talk { client in
                _ = try await client.send("POST", path, body: ["reason": .string(reason)])
            }
            output.show(["agreement": .string(agreement), "state": "released"], text: "released")
        }
    }
}

extension Handover {
    /// `songda handover visit-consent`.
    struct VisitConsent: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "visit-consent",
            abstract: "Agree that your visits carry their place, or with --withdraw no longer agree.",
            discussion: "With a key of the scope staff; nobody agrees for somebody else.")
        @OptionGroup var target: ServerOptions
        @OptionGroup var output: OutputOptions
        @Option(help: "The file with the words you agree to; their SHA-256 stands in the evidence.") var words: String
        @Flag(help: "Take the consent back.") var withdraw = false

        func run() async throws {
            let hash = SHA256.hash(try Files.read(words))
            try await askPeople(
                target, output, "POST", "/v1/visit-consent",
                body: ["given": .bool(!withdraw), "textHash": .string(hash.hex)]
            ) { $0["given"] == true ? "agreed" : "withdrawn" }
        }
    }

    /// `songda handover file`.
    struct Fetch: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "file",
            abstract: "Fetch a file that was handed in; its id stands in `songda handover show --json`.")
        @OptionGroup var target: ServerOptions
        @Option(name: [.short, .long], help: "Where to write it.") var out: String
        @Argument(help: "The handover.") var handover: String
        @Argument(help: "The file's id.") var file: String

        func run() async throws {
            let path = "/v1/handovers/\(try pathPart(handover))/files/\(try pathPart(file))"
            try await target.talk { client in
                let answer = try await client.send("GET", path)
                try Files.write(answer.body, to: out)
                print("\(out)  SHA-256 \(SHA256.hash(answer.body).hex)")
            }
        }
    }
}

extension Pay {
    /// `songda pay rules`.
    struct Rules: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show the pay rules in force, with version and hash.")
        @OptionGroup var target: ServerOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            try await askPeople(target, output, "GET", "/v1/pay-rules") {
                "# \($0["id"]?.string ?? "") version \($0["version"]?.integer ?? 0), in force from "
                    + "\($0["effectiveFrom"]?.string ?? ""), SHA-256 \($0["hash"]?.string ?? "")\n\($0["text"]?.string ?? "")"
            }
        }
    }
}
