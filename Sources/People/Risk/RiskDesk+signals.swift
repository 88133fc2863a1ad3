import Evidence
import Notices

extension RiskDesk {
    // MARK: Consent

    /// A person agrees to a kind of signal; the hash says which words they read.
    public func give(_ consent: ConsentKind, hash: Digest, by actor: Actor) async throws {
        let (person, words) = (try require(actor), try await book.rules())
        guard let wanted = words.consentHash(consent) else {
            throw PeopleError(.notFound, "there are no words for \(consent.rawValue); HR adds them to the rules first")
        }
        guard wanted == hash else {
            throw PeopleError(
                .conflict, "hash: the words of \(consent.rawValue) are others now; read them and agree again")
        }
        let act = try acts.act(
            .consentGiven, by: actor, about: [.employee(person)],
            ["kind": .string(consent.rawValue), "wordsHash": .string(hash.hex)])
        try await store.give(consent, by: person, hash: hash, at: clock.now, acts: [act])
    }

    /// A person withdraws; what was counted is dropped, and alerts that rest on nothing else are taken back (S-18).
    public func withdraw(_ consent: ConsentKind, by actor: Actor) async throws {
        let person = try require(actor)
        let rules = try await book.rules().rules
        let resting = Set(rules.filter { $0.measure.consent == consent }.map(\.topic))
        let others = Set(rules.filter { $0.measure.consent != consent }.map(\.topic))
        let act = try acts.act(
            .consentWithdrawn, by: actor, about: [.employee(person)], ["kind": .string(consent.rawValue)])
        guard try await store.withdraw(consent, by: person, topics: resting.subtracting(others), acts: [act]) else {
            throw PeopleError(.conflict, "no consent to \(consent.rawValue) is on record; there is nothing to withdraw")
        }
    }

    /// What a person agreed to, with the words of each kind.
    public func consents(of person: PersonID, by actor: Actor) async throws -> [ConsentKind: Bool] {
        let employee = try await store.require(person)
        try AccessPolicy.require(
            actor.person == person ? .consent : .viewAlerts, actor, owner: person, unit: employee.unit)
        let (given, rules) = (try await store.consents(of: [person])[person] ?? [:], try await book.rules())
        return Dictionary(
            uniqueKeysWithValues: ConsentKind.allCases.map {
                ($0, given[$0] != nil && given[$0] == rules.consentHash($0)?.hex)
            })
    }

    private func require(_ actor: Actor) throws -> PersonID {
        guard let person = actor.person else {
            throw PeopleError(.forbidden, "a consent is given and withdrawn by the person alone")
        }
        try AccessPolicy.require(.consent, actor, owner: person)
        return person
    }

    // MARK: Signals

    /// Takes in counts of a day; those of people who have not agreed are refused one by one (S-18, S-19).
    public func record(
        _ kind: SeriesKind, source: String, points: [SeriesPoint], by actor: Actor
    ) async throws -> ImportReport {
        try AccessPolicy.require(.recordSignals, actor)
        try requireImport(source, points.count)
        let (now, hash) = (clock.now, try await hash(of: kind.consent))
        let agreed = try await agreed(Set(points.map(\.person)), kind.consent, hash)
        var faults: [PeopleError.Fault] = []
        var taken: [SeriesPoint] = []
        for (row, point) in points.enumerated() {
            if let reason = agreed.refusal(of: point.person, kind.consent) {
                faults.append(.init(field: "points[\(row)].employee", message: reason))
            } else if !(0...1_000_000).contains(point.value) {
                faults.append(.init(field: "points[\(row)].value", message: "\(point.value) is not 0 to 1000000"))
            } else if point.day > CivilDate(inChina: now) {
                faults.append(.init(field: "points[\(row)].day", message: "\(point.day) is in the future"))
            } else {
                taken.append(point)
            }
        }
        guard !taken.isEmpty else { return ImportReport(added: 0, repeated: 0, refused: faults) }
        let act = try acts.act(
            .signalsImported, by: actor, about: [],
            [
                "series": .string(kind.rawValue), "source": .string(source), "rows": .integer(Int64(taken.count)),
                "refused": .integer(Int64(faults.count)),
            ])
        let added = try await store.record(
            taken, kind, source: source, consent: hash, receivedAt: now, acts: [act])
        return ImportReport(added: added, repeated: taken.count - added, refused: faults)
    }

    /// One work conversation with a client, as a system hands it over.
    public struct Conversation: Sendable {
        /// Who spoke for the company.
        public var person: PersonID
        /// The id of the message in its system.
        public var message: String
        /// The day.
        public var day: CivilDate
        /// What was said.
        public var text: String

        /// Describes a conversation.
        public init(person: PersonID, message: String, day: CivilDate, text: String) {
            self.person = person
            self.message = message
            self.day = day
            self.text = text
        }
    }

    /// Looks through conversations for the keywords of the rules; only the words around a find are kept, sealed (S-5).
    public func record(_ conversations: [Conversation], source: String, by actor: Actor) async throws -> ImportReport {
        try AccessPolicy.require(.recordSignals, actor)
        try requireImport(source, conversations.count)
        let rules = try await book.rules()
        guard let hash = try await hash(of: .conversations) else {
            throw PeopleError(.invalid, "conversations: there are no words to agree to in the rules; add them first")
        }
        let words = Set(
            rules.rules.flatMap { rule -> [String] in
                if case .keywords(let words, _, _) = rule.measure { words } else { [] }
            })
        let agreed = try await agreed(Set(conversations.map(\.person)), .conversations, hash)
        var faults: [PeopleError.Fault] = []
        var finds: [Snippet] = []
        for (row, one) in conversations.enumerated() {
            if let reason = agreed.refusal(of: one.person, .conversations) {
                faults.append(.init(field: "conversations[\(row)].employee", message: reason))
            } else if one.message.isEmpty || one.message.utf8.count > 200 {
                faults.append(.init(field: "conversations[\(row)].id", message: "give 1 to 200 bytes"))
            } else if one.day > CivilDate(inChina: clock.now) {
                faults.append(.init(field: "conversations[\(row)].day", message: "\(one.day) is in the future"))
            } else {
                finds += words.sorted().compactMap { word in
                    one.text.around(word).map {
                        Snippet(person: one.person, message: one.message, keyword: word, day: one.day, text: $0)
                    }
                }
            }
        }
        let act = try acts.act(
            .signalsImported, by: actor, about: [],
            [
                "series": "conversations", "source": .string(source),
                "rows": .integer(Int64(conversations.count - faults.count)),
                "finds": .integer(Int64(finds.count)), "refused": .integer(Int64(faults.count)),
            ])
        let added = try await store.record(finds, source: source, consent: hash, receivedAt: clock.now, acts: [act])
        return ImportReport(added: added, repeated: finds.count - added, refused: faults)
    }

    private func requireImport(_ source: String, _ count: Int) throws(PeopleError) {
        guard !source.isEmpty, source.utf8.count <= 60 else {
            throw PeopleError(.invalid, "source: name the system in 1 to 60 bytes")
        }
        guard (1...5_000).contains(count) else {
            throw PeopleError(.invalid, "\(count) rows were sent; send 1 to 5000 at once")
        }
    }

    private func hash(of consent: ConsentKind?) async throws -> Digest? {
        guard let consent else { return nil }
        return try await book.rules().consentHash(consent)
    }

    private func agreed(_ people: Set<PersonID>, _ consent: ConsentKind?, _ hash: Digest?) async throws -> Agreed {
        let ids = people.sorted { $0.rawValue < $1.rawValue }
        let known = try await store.employees(ids)
        guard let consent else { return Agreed(known: known, given: Set(known.keys)) }
        let given = try await store.consents(of: ids)
        return Agreed(
            known: known,
            given: Set(given.filter { $0.value[consent] != nil && $0.value[consent] == hash?.hex }.keys))
    }

    private struct Agreed {
        let known: [PersonID: Employee]
        let given: Set<PersonID>

        /// Why a row about somebody is not taken, with the number by which whoever sent it knows them.
        func refusal(of person: PersonID, _ consent: ConsentKind?) -> Sentence? {
            guard let employee = known[person] else {
                return "\"\(person.rawValue.prefix(60))\" is not on the roster; add the employee first"
            }
            if given.contains(person) { return nil }
            return
                "\(employee.number) has not agreed to \(consent?.rawValue ?? ""); without a recorded consent nothing is taken in"
        }
    }
}

extension String {
    /// A keyword with up to twenty characters on both sides; nil when it is not there.
    func around(_ word: String) -> String? {
        let (text, wanted) = (Array(self), Array(word))
        guard wanted.count <= text.count, !wanted.isEmpty else { return nil }
        for start in 0...(text.count - wanted.count) where text[start..<start + wanted.count].elementsEqual(wanted) {
            let (from, to) = (max(0, start - 20), min(text.count, start + wanted.count + 20))
            return (from > 0 ? "…" : "") + String(text[from..<to]) + (to < text.count ? "…" : "")
        }
        return nil
    }
}
