import Evidence

extension IssueDesk {
    /// What the author should know of a notice that may be issued all the same: each earlier one of its kind to the same
    /// person.
    ///
    /// Asked of kinds that somebody must approve, since those end or change something once; a message to clients is sent
    /// again every day. What was withdrawn does not count, and a rehearsal and what is meant do not count for each other.
    ///
    /// - Parameter before: the notice itself, once it is issued; later ones are warned of it, not it of them.
    public func repeats(
        kind: String, to people: [NoticeRecipient], isRehearsal: Bool, before notice: NoticeID? = nil
    ) async throws -> [FieldFault] {
        guard let settings = templates.template(kind: kind)?.settings, settings.approvals > 0 else { return [] }
        var warnings: [FieldFault] = []
        for person in people {
            let known = try await reader.notices(
                NoticeFilter(kind: kind, person: person.person), before: notice, limit: 20)
            guard let earlier = known.first(where: { $0.state != .cancelled && $0.isRehearsal == isRehearsal }) else {
                continue
            }
            let name = person.name.isEmpty ? person.person.rawValue : person.name
            let day = CivilDate(inChina: earlier.createdAt)
            warnings.append(
                FieldFault(
                    "recipients",
                    zh: "“\(name)”已有一份“\(settings.name.zh)”：\(earlier.number)，\(day) 签发；如系重复，请撤回其中一份",
                    en: "\(name) has an earlier notice of this kind (\(settings.name.en)): \(earlier.number), "
                        + "issued on \(day); if one of them repeats the other, withdraw it"))
        }
        return warnings
    }
}
