import Evidence

extension EvidenceEvent {
    /// An address was put on the list of those to which team keys may send.
    public static let teamAddressListed = EvidenceEvent(rawValue: "TeamAddressListed")
    /// An address was taken off that list.
    public static let teamAddressRemoved = EvidenceEvent(rawValue: "TeamAddressRemoved")
}

/// An address of the organisation's own to which team keys may send.
public struct TeamAddress: Sendable, Hashable {
    /// Names it.
    public let id: String
    /// Where and how it is reached.
    public let address: ServiceAddress
    /// When it was listed.
    public let addedAt: Timestamp

    /// Describes a listed address.
    public init(id: String, address: ServiceAddress, addedAt: Timestamp) {
        self.id = id
        self.address = address
        self.addedAt = addedAt
    }
}

/// Keeps the list of addresses to which team keys may send.
public protocol TeamStore: Sendable {
    /// The list, the oldest first.
    func teamAddresses() async throws -> [TeamAddress]
    /// Lists an address; false, and nothing stored, when it is listed already.
    func list(_ address: TeamAddress, evidence: [SignedEntry]) async throws -> Bool
    /// Takes an address off the list; false, and nothing stored, when it is not on it.
    func unlist(_ id: String, evidence: [SignedEntry]) async throws -> Bool
}

/// Looks after the list of addresses to which team keys may send; every change is evidence.
public struct TeamDesk: Sendable {
    private let store: any TeamStore
    private let recorder: EvidenceRecorder
    private let clock: any WallClock
    private let normalise: @Sendable (ChannelKind, String) throws(AddressFault) -> String

    /// Makes a desk.
    ///
    /// - Parameter normalise: the form in which addresses of people are stored, so that one is found under the other.
    public init(
        store: any TeamStore, recorder: EvidenceRecorder, clock: any WallClock,
        normalise: @escaping @Sendable (ChannelKind, String) throws(AddressFault) -> String
    ) {
        self.store = store
        self.recorder = recorder
        self.clock = clock
        self.normalise = normalise
    }

    /// The list, the oldest first.
    public func addresses() async throws -> [TeamAddress] { try await store.teamAddresses() }

    /// Lists an address.
    public func add(_ value: String, on channel: ChannelKind, by principal: Principal) async throws -> TeamAddress {
        let now = clock.now
        let normal: String
        do throws(AddressFault) { normal = try normalise(channel, value) } catch {
            throw NoticeError(
                .invalid, "the address was not listed: \(NoticeError.needCorrection(1))",
                faults: [.init(field: "value", message: .said(error.description))])
        }
        let address = TeamAddress(
            id: SecureRandom.uuid(at: now), address: ServiceAddress(channel: channel, value: normal), addedAt: now)
        let entry = try recorder.entry(
            .teamAddressListed, at: now,
            ["by": principal.facts, "address": .string(address.id), "channel": .string(channel.rawValue)])
        guard try await store.list(address, evidence: [entry]) else {
            throw NoticeError(.conflict, "\(channel.rawValue) \(address.address.value) is on the list already")
        }
        return address
    }

    /// Takes an address off the list; what team keys issued to it before goes on.
    public func remove(_ id: String, by principal: Principal) async throws {
        let entry = try recorder.entry(
            .teamAddressRemoved, at: clock.now, ["by": principal.facts, "address": .string(id)])
        guard try await store.unlist(id, evidence: [entry]) else {
            throw NoticeError(.notFound, "there is no address \"\(id.prefix(60))\" on the list")
        }
    }
}
