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
                made += [KeyMaker.File.sealKey(seal), KeyMaker.File.seal(seal)]
            }
        }
        output.show(
            .object(["directory": .string(configuration.keyDirectory), "made": .array(made.map { .string($0) })]),
            text: Self.text(made, in: configuration.keyDirectory, seal: seal))
    }

    /// What was made, and what to do with it.
    private static func text(_ made: [String], in directory: String, seal: String?) -> String {
        var lines = [
            made.isEmpty ? "All keys are there: \(directory)" : "Made in \(directory): \(made.joined(separator: ", "))"
        ]
        if made.contains(KeyMaker.File.master) {
            lines.append(
                "Back up \(KeyMaker.File.master) where the database is not: without it nothing can be read again.")
        }
        if let seal {
            let key = "\(directory)/\(KeyMaker.File.sealKey(seal))"
            lines += [
                "The seal of \(seal): private key \(key), certificate \(directory)/\(KeyMaker.File.seal(seal)).",
                made.contains(KeyMaker.File.sealKey(seal))
                    ? "Back the key up, and keep it to the user of the service: whoever has it can seal in that name. The "
                        + "seal is used by the issuing entity with the id \(seal); for real notices put the key and "
                        + "certificate of a licensed CA in these two places."
                    : "It was there already and was left as it is; to make another, move both files away first.",
            ]
        }
        return lines.joined(separator: "\n")
    }
}
