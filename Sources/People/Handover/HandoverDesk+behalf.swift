import Evidence
import Notices

/// HR hands in for a leaver who does not: somebody who vanished, or whose access has ended with the employment.
///
/// Nothing of it is put into the leaver's mouth: the act and the confirmation name whoever handed in, for whom, and why; and
/// whoever did so neither takes the item over nor reviews it.
extension HandoverDesk {
    /// Refuses unless the actor is the leaver, or HR in their place; returns what the act says of it.
    func requireGiver(
        of handover: HandoverCase, onBehalf: Bool, _ actor: Actor
    ) throws(PeopleError) -> [String: JSONValue] {
        if actor.person == handover.person {
            try AccessPolicy.require(.submitHandover, actor, owner: handover.person)
            guard !onBehalf else {
                throw PeopleError(.invalid, "onBehalf: you are the leaver and hand in yourself; leave it out")
            }
            return [:]
        }
        guard onBehalf else {
            throw PeopleError(
                .forbidden, "only the leaver hands in; HR may in their place, and says so (onBehalf)")
        }
        try AccessPolicy.require(.manageDepartures, actor)
        guard actor.person == nil || actor.person != handover.successor else {
            throw PeopleError(.forbidden, "whoever takes over does not hand in for the leaver; ask another of HR")
        }
        return ["onBehalfOf": .string(handover.person.rawValue)]
    }

    /// The same for a whole submission, with the reason why the leaver does not hand it in.
    func requireGiver(
        of handover: HandoverCase, because reason: String?, _ actor: Actor
    ) throws(PeopleError) -> [String: JSONValue] {
        var facts = try requireGiver(of: handover, onBehalf: reason != nil, actor)
        if let reason {
            if let fault = Wording.reasonFault(reason) {
                throw PeopleError(
                    .invalid, "nothing was handed in", faults: [.init(field: "onBehalf", message: fault)])
            }
            facts["behalfReason"] = .string(reason)
        }
        return facts
    }

    /// Refuses whoever handed the item in for the leaver: two pairs of eyes look at it.
    static func refuseGiver(of item: HandoverItem, _ actor: Actor) throws(PeopleError) {
        guard let given = item.confirmation(by: .giver), given.by == name(actor) else { return }
        throw PeopleError(
            .forbidden, "\(item.title) was handed in by you; another of HR takes it over or reviews it")
    }
}
