import Evidence

/// A receipt about to be stored, with its entries.
public struct ReceiptRecord: Sendable {
    /// What came back.
    public let receipt: Receipt
    /// What to write beside it.
    public let evidence: ReceiptEvidence

    /// Pairs them.
    public init(receipt: Receipt, evidence: ReceiptEvidence) {
        self.receipt = receipt
        self.evidence = evidence
    }
}

/// A delivery with the entries that tell what becomes of it.
public struct DeliveryEvidence: Sendable, Hashable {
    /// Which one.
    public let delivery: DeliveryID
    /// What to write.
    public let entries: [SignedEntry]

    /// Pairs them.
    public init(delivery: DeliveryID, entries: [SignedEntry]) {
        self.delivery = delivery
        self.entries = entries
    }
}
