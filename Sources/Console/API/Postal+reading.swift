import Evidence
import Notices

extension PostalDesk.Observation {
    private enum Word: String, CaseIterable {
        case handedOver, signedInPerson, signedByProxy, refused, returned, leftOnSite, posted
    }

    /// Reads what was observed: a word, and the members that belong to it.
    init?(reading reader: inout ObjectReader) {
        guard let word = reader.choice("observation", Word.self) else { return nil }
        switch word {
        case .handedOver:
            let (waybill, name) = (reader.line("waybill"), reader.line("contentName"))
            guard let waybill, let name else { return nil }
            self = .handedOver(waybill: waybill, contentName: name)
        case .signedInPerson:
            guard let identity = reader.line("identity") else { return nil }
            self = .signedInPerson(identity: identity)
        case .signedByProxy:
            let (name, relation) = (reader.line("name"), reader.line("relation"))
            guard let name, let relation else { return nil }
            self = .signedByProxy(name: name, relation: relation)
        case .refused:
            guard let words = reader.text("words", maximum: 2000) else { return nil }
            self = .refused(words: words)
        case .returned:
            guard let reason = reader.text("reason", maximum: 2000) else { return nil }
            self = .returned(reason: reason)
        case .leftOnSite:
            self = .leftOnSite(witnesses: reader.lines("witnesses", maximum: 10, isRequired: true))
        case .posted:
            let (medium, place) = (reader.line("medium"), reader.line("place"))
            guard let medium, let place else { return nil }
            self = .posted(medium: medium, place: place)
        }
    }
}
