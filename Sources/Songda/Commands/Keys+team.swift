import ArgumentParser
import Evidence

extension Keys {
    /// `songda keys team`.
    struct Team: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "The addresses to which team keys may send; asks a running server.",
            subcommands: [Add.self, List.self, Remove.self])

        /// `songda keys team add`.
        struct Add: AsyncParsableCommand {
            static let configuration = CommandConfiguration(
                abstract: "List an address: a mailbox (email), a phone (sms), or an inbox by its person's id (inbox).")
            @OptionGroup var target: ServerOptions
            @OptionGroup var output: OutputOptions
            @Argument(help: "email, sms or inbox.") var channel: String
            @Argument(help: "The mailbox, phone or person.") var value: String

            func run() async throws {
                try await askPeople(
                    target, output, "POST", "/v1/team-addresses",
                    body: ["channel": .string(channel), "value": .string(value)]
                ) { "\($0["id"]?.string ?? "")  \($0["channel"]?.string ?? "")  \($0["value"]?.string ?? "")" }
            }
        }

        /// `songda keys team list`.
        struct List: AsyncParsableCommand {
            static let configuration = CommandConfiguration(abstract: "List the addresses.")
            @OptionGroup var target: ServerOptions
            @OptionGroup var output: OutputOptions

            func run() async throws {
                try await askPeople(target, output, "GET", "/v1/team-addresses") {
                    peopleLines($0, ["id", "channel", "value"])
                }
            }
        }

        /// `songda keys team remove`.
        struct Remove: AsyncParsableCommand {
            static let configuration = CommandConfiguration(abstract: "Take an address off the list.")
            @OptionGroup var target: ServerOptions
            @Argument(help: "The address's id on the list.") var id: String

            func run() async throws {
                try await target.talk { client in
                    _ = try await client.send("DELETE", "/v1/team-addresses/\(try pathPart(id))")
                }
                print("removed \(id)")
            }
        }
    }
}
