import ArgumentParser
import Evidence
import Notices

/// `songda keygen`: makes the keys that are missing.
struct Keygen: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Make the keys and certificates that are missing; never overwrites one.",
        discussion: """
            The root it makes is your own and vouches for nothing outside your house. In production, put the seal of each
            issuing entity, from a licensed CA, at <keys>/seals/<issuer>.key and .pem.
            """)

    @OptionGroup var source: ConfigurationOptions
    @OptionGroup var output: OutputOptions
    @Option(help: "Also make a seal for this issuing entity under the own root (for development).")
    var seal: String?
    @Option(help: "The entity's full name, with --seal.")
    var name: String?
    @Option(help: "The entity's unified social credit code, with --seal.")
    var creditCode: String?

    func run() async throws {
        let configuration = try source.read()
        let maker = KeyMaker(directory: configuration.keyDirectory, clock: SystemClock())
        var made = try maker.makeMissing(logOrigin: configuration.logOrigin)
        if let seal {
            guard let name, let creditCode else { throw Failure("--seal needs --name and --credit-code") }
            guard KeyCabinet.isFileName(seal) else {
                throw Failure("--seal \(seal): use letters, digits and hyphens, at most 64")
            }
            let code = try UnifiedSocialCreditCode(creditCode)
            if try maker.makeSeal(issuer: seal, organisation: name, creditCode: code.text) {
                made.append(KeyMaker.File.seal(seal))
            }
        }
        output.show(
            .object(["directory": .string(configuration.keyDirectory), "made": .array(made.map { .string($0) })]),
            text: made.isEmpty
                ? "All keys are there: \(configuration.keyDirectory)"
                : "Made in \(configuration.keyDirectory): \(made.joined(separator: ", "))\n"
                    + "Back up \(KeyMaker.File.master) where the database is not: without it nothing can be read again."
        )
    }
}
