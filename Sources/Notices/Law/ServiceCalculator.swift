import Evidence

/// Concludes from observations when a notice is deemed served: a pure function of rules and facts.
public struct ServiceCalculator: Sendable {
    private let law: ServiceLaw

    /// Applies one version of the law.
    public init(law: ServiceLaw) { self.law = law }

    /// Every conclusion the rules allow, the earliest first; the first one counts, the others are kept beside it.
    ///
    /// A delivery gives one conclusion for each rule, at the earliest observation that satisfies it. Without any
    /// conclusion the notice is not deemed served, however many servers accepted it.
    public func conclude(_ observations: [ServiceObservation]) -> [DeemedService] {
        var earliest: [Key: DeemedService] = [:]
        for observation in observations {
            for rule in law.service where applies(rule, to: observation) {
                let conclusion = DeemedService(
                    ruleID: rule.id, law: "\(law.id)/\(law.version)", inputs: observation,
                    effectiveAt: effect(of: rule, observation.at.at), basis: rule.source, weight: rule.weight,
                    text: rule.text)
                let key = Key(rule: rule.id, delivery: observation.delivery)
                if let known = earliest[key], known.effectiveAt <= conclusion.effectiveAt { continue }
                earliest[key] = conclusion
            }
        }
        let order = Dictionary(
            law.service.enumerated().map { ($1.id, $0) }, uniquingKeysWith: { first, _ in first })
        // Ties go to the firmer rule, then to the order of the file, so that the same facts give the same first answer.
        return earliest.values.sorted { a, b in
            if a.effectiveAt != b.effectiveAt { return a.effectiveAt < b.effectiveAt }
            if a.weight != b.weight { return a.weight == .direct }
            if a.ruleID != b.ruleID { return order[a.ruleID, default: 0] < order[b.ruleID, default: 0] }
            return a.inputs.delivery.rawValue < b.inputs.delivery.rawValue
        }
    }

    private struct Key: Hashable {
        let rule: String
        let delivery: DeliveryID
    }

    private func applies(_ rule: ServiceRule, to observation: ServiceObservation) -> Bool {
        guard rule.channels.contains(observation.channel), rule.states.contains(observation.state) else { return false }
        if rule.need == .confirmed, !observation.isAddressConfirmed { return false }
        if rule.requiresExhaustion, !observation.areOtherWaysExhausted { return false }
        if !rule.persons.isEmpty {
            // "Signed for" without a name is not service: it may have been the porter.
            guard let taker = observation.taker, rule.persons.contains(taker) else { return false }
        }
        // Knowledge is knowledge of a person; an opened link or a fetched image proves a program, not a reader.
        let isAct = observation.state == .opened || observation.state == .acknowledged
        if isAct, !observation.channel.isManual, rule.need == .any, !observation.isPersonIdentified { return false }
        return true
    }

    /// At once, or at the end of the last day when days are counted.
    private func effect(of rule: ServiceRule, _ instant: Timestamp) -> Timestamp {
        guard rule.days > 0 else { return instant }
        return CivilDate(inChina: instant).adding(days: rule.days + 1).startInChina
    }
}
