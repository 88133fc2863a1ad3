/// Somebody whose key or account is in force and may approve notices.
public struct Approver: Sendable, Hashable {
    /// The id that approvals and evidence entries carry.
    public let id: String
    /// What people call the key or the account.
    public let name: String
    /// Whether a program's key or a person's account.
    public let kind: Principal.Kind

    /// Names an approver.
    public init(id: String, name: String, kind: Principal.Kind) {
        self.id = id
        self.name = name
        self.kind = kind
    }
}

/// Whose approvals a notice still waits for.
public struct AwaitedApprovals: Sendable, Hashable {
    /// How many more people must approve, those below included.
    public let count: Int
    /// The people named in overrides who have not approved yet; without each of them the notice waits for ever.
    public let confirmers: [Confirmer]

    /// Somebody who was named to stand behind an override.
    public struct Confirmer: Sendable, Hashable {
        /// The id that was named.
        public let id: String
        /// What people call them; nil once their key or account may not approve any more.
        public let name: String?

        /// Names a confirmer.
        public init(id: String, name: String?) {
            self.id = id
            self.name = name
        }
    }

    /// What is still open after the approvals given; nothing unless the notice awaits approval.
    public init(of notice: Notice, given: [Approval], approvers: [Approver]) {
        guard notice.state == .awaitingApproval else {
            (count, confirmers) = (0, [])
            return
        }
        let have = Set(given.map(\.approver.id))
        confirmers = notice.confirmers.filter { !have.contains($0) }.map { id in
            Confirmer(id: id, name: approvers.first { $0.id == id }?.name)
        }
        count = max(notice.approvalsNeeded - have.count, confirmers.count)
    }
}

extension [Approver] {
    /// How many are named in a refusal: enough to choose from in a company, not a whole directory.
    private static var mostShown: Int { 12 }

    /// The approver whom a request names: by id, or by the id of a key with `key-` in front.
    func named(_ name: String) -> Approver? {
        let bare = name.hasPrefix("key-") ? String(name.dropFirst("key-".count)) : nil
        return first { $0.id == name } ?? first { $0.kind == .apiKey && $0.id == bare }
    }

    /// Whom to name instead, in words.
    func choice(besides author: Principal) -> Sentence {
        let others = filter { $0.id != author.id }
        guard !others.isEmpty else {
            return "nobody else may approve yet: make a key or an account with the scope approve"
        }
        let shown = others.prefix(Self.mostShown).map { "\($0.id) (\($0.name))" }.joined(separator: ", ")
        return others.count > Self.mostShown ? "name one of \(shown), …" : "name one of \(shown)"
    }
}
