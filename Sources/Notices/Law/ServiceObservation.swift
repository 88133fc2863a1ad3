import Evidence

/// One observed fact about one delivery, as the calculator takes it: plain values, no stores.
public struct ServiceObservation: Sendable, Hashable {
    /// Who took a document that people carry.
    public enum Taker: String, Sendable, Hashable, Codable, CaseIterable {
        /// The person named.
        case person = "self"
        /// An adult relative living with the person.
        case cohabitingAdult = "cohabiting-adult"
        /// Somebody else: a colleague, a porter, a parcel locker.
        case other
    }

    /// The delivery it belongs to.
    public var delivery: DeliveryID
    /// The channel.
    public var channel: ChannelKind
    /// Whether the address was confirmed when the notice was sealed.
    public var isAddressConfirmed: Bool
    /// What was observed.
    public var state: DeliveryState
    /// When it happened, by the clock of whoever observed it.
    public var at: ObservedTime
    /// Who took it, where a person takes it.
    public var taker: Taker?
    /// Whether every other way was tried or impossible, with the reasons on record; asked for public notice.
    public var areOtherWaysExhausted: Bool
    /// Whether an identified person did it: for what was opened or acknowledged.
    public var isPersonIdentified: Bool
    /// Whether the act was signed: for what was acknowledged.
    public var isSigned: Bool

    /// Describes an observation.
    public init(
        delivery: DeliveryID, channel: ChannelKind, isAddressConfirmed: Bool, state: DeliveryState, at: ObservedTime,
        taker: Taker? = nil, areOtherWaysExhausted: Bool = false, isPersonIdentified: Bool = false,
        isSigned: Bool = false
    ) {
        self.delivery = delivery
        self.channel = channel
        self.isAddressConfirmed = isAddressConfirmed
        self.state = state
        self.at = at
        self.taker = taker
        self.areOtherWaysExhausted = areOtherWaysExhausted
        self.isPersonIdentified = isPersonIdentified
        self.isSigned = isSigned
    }
}

/// A rule's conclusion that a notice counts as served; never an observation.
public struct DeemedService: Sendable, Hashable {
    /// The rule.
    public let ruleID: String
    /// The body of rules and its version: `cn-employer-notice/1`.
    public let law: String
    /// What the rule looked at.
    public let inputs: ServiceObservation
    /// From when the notice is deemed served.
    public let effectiveAt: Timestamp
    /// The article or document.
    public let basis: String
    /// How firmly the rule binds.
    public let weight: ServiceRule.Weight
    /// The rule in words.
    public let text: BilingualText

    /// The day of service in China, from which periods are counted.
    public var day: CivilDate { CivilDate(inChina: effectiveAt) }

    /// The conclusion as evidence stores it.
    public var facts: JSONValue {
        .object([
            "rule": .string(ruleID), "law": .string(law), "basis": .string(basis), "weight": .string(weight.rawValue),
            "effectiveAt": .string(effectiveAt.rfc3339),
            "delivery": .string(inputs.delivery.rawValue), "channel": .string(inputs.channel.rawValue),
            "addressConfirmed": .bool(inputs.isAddressConfirmed), "state": .string(inputs.state.rawValue),
            "observedAt": .string(inputs.at.at.rfc3339), "clock": .string(inputs.at.clock),
            "taker": inputs.taker.map { .string($0.rawValue) } ?? .null,
            "otherWaysExhausted": .bool(inputs.areOtherWaysExhausted),
            "personIdentified": .bool(inputs.isPersonIdentified), "signed": .bool(inputs.isSigned),
        ])
    }
}
