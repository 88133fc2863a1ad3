import Evidence

extension EvidenceEvent {
    /// A person changed what is on record about a client.
    public static let clientEdited = EvidenceEvent(rawValue: "ClientEdited")
    /// A member of staff put a client on record.
    public static let clientAdded = EvidenceEvent(rawValue: "ClientAdded")
    /// A member of staff started an order or moved it on.
    public static let clientOrderMoved = EvidenceEvent(rawValue: "ClientOrderMoved")
    /// Somebody was put in charge of a client.
    public static let clientAssigned = EvidenceEvent(rawValue: "ClientAssigned")
    /// Clients went from one member of staff to another.
    public static let clientsTransferred = EvidenceEvent(rawValue: "ClientsTransferred")
    /// A successor began to learn a colleague's clients.
    public static let clientsShadowed = EvidenceEvent(rawValue: "ClientsShadowed")
    /// Clients were taken out in bulk.
    public static let clientsExported = EvidenceEvent(rawValue: "ClientsExported")
    /// One actor looked at very many clients in a short time.
    public static let clientBulkAccess = EvidenceEvent(rawValue: "ClientBulkAccess")
    /// A client that was handed over orders no more.
    public static let clientLost = EvidenceEvent(rawValue: "ClientLost")
    /// A contact of a client stated that the former contact still gets in touch; nobody has looked into it yet.
    public static let clientOldContactReported = EvidenceEvent(rawValue: "ClientOldContactReported")
    /// Orders before and after a hand-over were compared, and the comparison was kept.
    public static let clientLossMeasured = EvidenceEvent(rawValue: "ClientLossMeasured")
}
