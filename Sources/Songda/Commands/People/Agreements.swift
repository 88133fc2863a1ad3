import ArgumentParser
import Evidence
import Foundation
import Notices

/// `songda agreements`: agreements with members of staff.
struct Agreements: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Offer agreements, sign them, find them with their proof, mind non-competes.",
        subcommands: [
            Kinds.self, Offer.self, List.self, Read.self, Code.self, Sign.self, Withdraw.self, Proof.self,
            NonCompetes.self, Paid.self, Release.self, Tasks.self, Close.self,
        ])

    /// Lines of the agreements in an answer.
    static func lines(_ answer: JSONValue) -> String {
        (answer["items"]?.array ?? []).map { one in
            ["number", "kind", "state", "signBy", "signedAt", "id"].map { one[$0]?.string ?? "-" }
                .joined(separator: "  ")
        }.joined(separator: "\n")
    }

    /// `songda agreements offer`.
    struct Offer: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Offer the set for a person's position, or one kind with values of your own.")
        @OptionGroup var target: ServerOptions
        @OptionGroup var output: OutputOptions
        @Option(help: "The person.") var person: String
        @Option(help: "One kind instead of the set for the position.") var kind: String?
        @Option(help: "Values of its fields, a JSON object.") var values = "{}"
        @Flag(help: "Let onboarding wait for it.") var mandatory = false

        func run() async throws {
            try await target.talk { client in
                if let kind {
                    let answer = try await client.json(
                        "POST", "/v1/agreements",
                        body: [
                            "person": .string(person), "kind": .string(kind), "mandatory": .bool(mandatory),
                            "values": try JSONValue(parsing: values),
                        ])
                    output.show(answer, text: Agreements.lines(.object(["items": .array([answer])])))
                } else {
                    let answer = try await client.json(
                        "POST", "/v1/agreement-sets", body: ["person": .string(person)])
                    output.show(answer, text: Agreements.lines(answer))
                }
            }
        }
    }

    /// `songda agreements list`.
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List the agreements with a person.")
        @OptionGroup var target: ServerOptions
        @OptionGroup var output: OutputOptions
        @Argument(help: "The person.") var person: String

        func run() async throws {
            try await target.talk { client in
                let answer = try await client.json("GET", "/v1/agreements?person=\(try pathPart(person))")
                output.show(answer, text: Agreements.lines(answer))
            }
        }
    }

    /// `songda agreements read`.
    struct Read: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Fetch the document of an agreement.")
        @OptionGroup var target: ServerOptions
        @Option(name: [.short, .long], help: "Where to write it.") var out: String
        @Argument(help: "The agreement's id.") var agreement: String

        func run() async throws {
            try await target.talk { client in
                let answer = try await client.send("GET", "/v1/agreements/\(try pathPart(agreement))/document")
                try Files.write(answer.body, to: out)
                print("\(out)  SHA-256 \(SHA256.hash(answer.body).hex)")
            }
        }
    }

    /// `songda agreements code`.
    struct Code: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Have the code sent with which you sign one exact agreement.")
        @OptionGroup var target: ServerOptions
        @OptionGroup var output: OutputOptions
        @Option(help: "email or sms.") var channel = "email"
        @Argument(help: "The agreement's id.") var agreement: String

        func run() async throws {
            try await target.talk { client in
                let answer = try await client.json(
                    "POST", "/v1/agreements/\(try pathPart(agreement))/code", body: ["channel": .string(channel)])
                output.show(
                    answer,
                    text: """
                        document  \(answer["documentHash"]?.string ?? "")
                        intent    \(answer["intent"]?.string ?? "")
                        """)
            }
        }
    }

    /// `songda agreements sign`.
    struct Sign: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Sign an agreement with the code you were sent; name the bytes you read and say the intent.")
        @OptionGroup var target: ServerOptions
        @OptionGroup var output: OutputOptions
        @Option(help: "The six digits.") var code: String
        @Option(help: "The SHA-256 of the document you read.") var documentHash: String
        @Option(help: "The words that `code` has shown.") var intent: String
        @Argument(help: "The agreement's id.") var agreement: String

        func run() async throws {
            try await target.talk { client in
                let answer = try await client.json(
                    "POST", "/v1/agreements/\(try pathPart(agreement))/signature",
                    body: [
                        "code": .string(code), "documentHash": .string(documentHash), "intent": .string(intent),
                    ])
                output.show(
                    answer, text: "\(answer["number"]?.string ?? "") signed at \(answer["signedAt"]?.string ?? "")")
            }
        }
    }

    /// `songda agreements proof`.
    struct Proof: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract:
                "Fetch every signed agreement of a person: the PDF, the company's seal (.p7s) and the acts (.json).")
        @OptionGroup var target: ServerOptions
        @Option(name: [.short, .long], help: "The directory to write to.") var out = "."
        @Argument(help: "The person.") var person: String

        func run() async throws {
            try await target.talk { client in
                let answer = try await client.json("GET", "/v1/agreement-proofs?person=\(try pathPart(person))")
                for proof in answer["items"]?.array ?? [] {
                    guard let number = proof["agreement"]?["number"]?.string,
                        let document = proof["document"]?.string.flatMap({ Base64.decode($0) }),
                        let seal = proof["seal"]?["signature"]?.string.flatMap({ Base64.decode($0) })
                    else { throw Failure("the server's answer lacks a document; it is of another version") }
                    let base = "\(out)/\(try pathPart(number))"
                    try Files.write(document, to: "\(base).pdf")
                    try Files.write(seal, to: "\(base).pdf.p7s")
                    try Files.write(proof.canonicalBytes, to: "\(base).json")
                    print("\(base).pdf")
                }
            }
        }
    }

    /// `songda agreements non-competes`.
    struct NonCompetes: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List running non-competes with their end and their warnings.")
        @OptionGroup var target: ServerOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            try await target.talk { client in
                let answer = try await client.json("GET", "/v1/non-competes")
                output.show(
                    answer,
                    text: (answer["items"]?.array ?? []).map { one in
                        let parts = ["number", "person", "startsOn", "endsOn"].map { one[$0]?.string ?? "" }
                        return parts.joined(separator: "  ") + "  " + (one["warning"]?["zh"]?.string ?? "")
                    }.joined(separator: "\n"))
            }
        }
    }

    /// `songda agreements paid`.
    struct Paid: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Record that a month's compensation was paid.")
        @OptionGroup var target: ServerOptions
        @Option(help: "The month of the term, counted from 1.") var month: Int
        @Option(help: "The amount, for example 4500.00.") var amount: String
        @Option(help: "The day it was paid.") var paidOn: String
        @Argument(help: "The agreement's id.") var agreement: String

        func run() async throws {
            try await target.talk { client in
                _ = try await client.send(
                    "POST", "/v1/non-competes/\(try pathPart(agreement))/payments",
                    body: ["month": .integer(Int64(month)), "amount": .string(amount), "paidOn": .string(paidOn)])
                print("recorded")
            }
        }
    }

    /// `songda agreements tasks`.
    struct Tasks: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List what HR has to look into after people left.")
        @OptionGroup var target: ServerOptions
        @OptionGroup var output: OutputOptions
        @Flag(help: "Those that were closed.") var closed = false

        func run() async throws {
            try await target.talk { client in
                let answer = try await client.json("GET", "/v1/check-tasks?state=\(closed ? "closed" : "open")")
                output.show(
                    answer,
                    text: (answer["items"]?.array ?? []).map { one in
                        let parts = ["dueOn", "person", "check", "outcome", "id"].map { one[$0]?.string ?? "-" }
                        return parts.joined(separator: "  ") + "  " + (one["text"]?["zh"]?.string ?? "")
                    }.joined(separator: "\n"))
            }
        }
    }

    /// `songda agreements close`.
    struct Close: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Enter what a check found.")
        @OptionGroup var target: ServerOptions
        @Option(help: "clear, suspicious, breach, settled or unknown.") var outcome: String
        @Option(help: "What was looked at and what was found.") var note: String
        @Argument(help: "The task's id.") var task: String

        func run() async throws {
            try await target.talk { client in
                _ = try await client.send(
                    "POST", "/v1/check-tasks/\(try pathPart(task))/outcome",
                    body: ["outcome": .string(outcome), "note": .string(note)])
                print("closed")
            }
        }
    }
}
