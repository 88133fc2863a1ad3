import Evidence

/// Documents of 8 KiB, hashed and signed one after the other with the functions that checkpoints are signed with.
struct SealLeg {
    private static let bytes = 8 << 10
    /// More than fit into the processor's nearest cache, so that hashing really reads.
    private static let documents = 64
    /// Each of so many signatures to be verified is another document's, and must be refused.
    private static let foreign = 50
    let count: Int

    /// Signs; every signature is compared with one that was verified before.
    func sign() throws -> Leg {
        let key = try SigningKey.generateEd25519()
        let documents = Self.corpus
        let expected = try documents.map { try key.sign(SHA256.hash($0).bytes) }
        let sound = zip(documents, expected).count(where: { key.publicKey.isValid($1, for: SHA256.hash($0).bytes) })
        var right = 0
        let processor = ProcessorTime.seconds
        let start = ContinuousClock.now
        for index in 0..<count {
            let place = index % documents.count
            // Ed25519 gives the same signature for the same bytes.
            if try key.sign(SHA256.hash(documents[place]).bytes) == expected[place] { right += 1 }
        }
        let seconds = (ContinuousClock.now - start).inSeconds
        return Leg(
            seconds: seconds, units: count,
            facts: ["CPU µs each": ProcessorTime.microseconds(since: processor, units: count)],
            fault: right == count && sound == documents.count
                ? nil : "\(right) of \(count) signatures are right, \(sound) of \(documents.count) verify")
    }

    /// Verifies; of every fifty signatures one is another document's.
    func verify() throws -> Leg {
        let key = try SigningKey.generateEd25519()
        let documents = Self.corpus
        let signatures = try documents.map { try key.sign(SHA256.hash($0).bytes) }
        var refused = 0
        let processor = ProcessorTime.seconds
        let start = ContinuousClock.now
        for index in 0..<count {
            let place = index % documents.count
            let shift = index % Self.foreign == 0 ? 1 : 0
            let signature = signatures[(place + shift) % documents.count]
            if !key.publicKey.isValid(signature, for: SHA256.hash(documents[place]).bytes) { refused += 1 }
        }
        let seconds = (ContinuousClock.now - start).inSeconds
        let wrong = (count + Self.foreign - 1) / Self.foreign
        return Leg(
            seconds: seconds, units: count,
            facts: ["CPU µs each": ProcessorTime.microseconds(since: processor, units: count)],
            fault: refused == wrong ? nil : "\(refused) signatures refused of which \(wrong) were wrong")
    }

    private static var corpus: [[UInt8]] { (0..<documents).map { _ in SecureRandom.bytes(bytes) } }
}
