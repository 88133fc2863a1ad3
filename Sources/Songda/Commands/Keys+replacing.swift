import ArgumentParser
import Evidence
import Notices
import SQL
import Store

extension Keys {
    /// `songda keys rewrap`.
    struct Rewrap: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Wrap the data keys of all persons again under the present master key.",
            discussion: """
                For after a new master.key was made and the old one moved to retired/. Documents and entries stay as they
                are. Can be interrupted and run again; what it leaves needs the old master key still. Stop the server first
                when the database is SQLite.
                """)
        @OptionGroup var source: ConfigurationOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            let configuration = try source.read()
            let clock = SystemClock()
            let keys = try KeyCabinet(
                directory: configuration.keyDirectory, trustDirectory: configuration.trustDirectory,
                logOrigin: configuration.logOrigin, clock: clock)
            let recorder = EvidenceRecorder(signer: keys.entries, clock: clock)
            let master = keys.vault.current.id
            let bar = ProgressBar()
            let (wrapped, inUse) = try await Keys.withStore(configuration) { store, _ in
                try await store.requireMasterKeys()
                let wrapped = try await store.rewrapKeys(progress: { bar.update($0, of: $1, "rewrap") }) {
                    count, before in
                    [
                        try recorder.entry(
                            .dataKeysRewrapped, at: clock.now,
                            [
                                "by": Keys.operator.facts, "keys": .integer(Int64(count)), "to": .string(master),
                                "from": .array(before.map { .string($0) }),
                            ])
                    ]
                }
                return (wrapped, try await store.masterKeysInUse())
            }
            let all = inUse.values.reduce(0, +)
            output.show(
                .object([
                    "wrapped": .integer(Int64(wrapped)), "keys": .integer(Int64(all)), "masterKey": .string(master),
                    "needed": .array(inUse.keys.sorted().map { .string($0) }),
                ]),
                text:
                    "\(wrapped) data keys wrapped again; master key \(master) wraps all \(all) of them. This database needs "
                    + "no other: keep the old file with the backups that were made before, and take it out of retired/."
            )
        }
    }

    /// `songda keys rotate`.
    struct Rotate: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Put a new key in the place of the one that signs checkpoints (log) or entries (entries).",
            discussion: """
                The old key signs the rotation and goes; its public half stays in retired/, so that what it signed goes on
                to verify. The server takes the new key at its next start and records the rotation as its first entry.
                """)
        @OptionGroup var source: ConfigurationOptions
        @OptionGroup var output: OutputOptions
        @Argument(help: "Which key: log or entries.")
        var key: String

        func run() async throws {
            guard let role = KeyRotation.Role(rawValue: key) else {
                throw Failure(
                    "\(key) is not a key that can be rotated; say log or entries (certs/README.md has the others)")
            }
            let configuration = try source.read()
            let done = try KeyRotator(directory: configuration.keyDirectory, clock: SystemClock()).rotate(
                role, logOrigin: configuration.logOrigin)
            output.show(
                .object(["from": .string(done.from), "to": .string(done.to), "rotation": .string(done.retired)]),
                text:
                    "The \(role.rawValue) key is now \(done.to), before \(done.from).\nBoth have signed \(done.retired); "
                    + "back it up with the keys. The server takes the new key at its next start.")
        }
    }
}
