import Evidence
import Notices

extension IdempotencyClaim {
    /// The claim that a request makes with its `Idempotency-Key`; a request without one is refused.
    ///
    /// A notice that is given twice is worse than one that was refused for want of a key.
    init(_ call: Call) throws {
        guard let key = try call.header("Idempotency-Key") else {
            throw Problem.malformed(
                "the header Idempotency-Key is missing; send a new random value with each new notice, and the same "
                    + "one when you repeat a request")
        }
        guard (1...200).contains(key.utf8.count), key.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw Problem.malformed("Idempotency-Key must have 1 to 200 visible ASCII characters")
        }
        self.init(
            principal: call.principal.id, key: key,
            requestHash: SHA256.hash([Array("\(call.method)\n\(call.path)\n".utf8), call.body]))
    }

    /// The claim of one row of a batch: it stays the same when the batch is repeated.
    func row(_ index: Int, _ row: JSONValue) -> IdempotencyClaim {
        IdempotencyClaim(
            principal: principal, key: "batch:\(SHA256.hash(Array(key.utf8)).hex)/\(index)",
            requestHash: SHA256.hash(row.canonicalBytes))
    }
}
