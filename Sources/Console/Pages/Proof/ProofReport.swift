import Evidence
import Notices

/// The printed report on one notice: what was observed of it, what is missing, and how to check both without us.
///
/// Its words are those of the pages. It prints no text of the notice and none of what was stated about the person; the
/// same entries give the same bytes.
struct ProofReport: Sendable {
    let material: ProofDesk.ReportMaterial
    let phrases: Phrasebook
    /// How the world reaches the page that says whether a notice is real; nil when it does not.
    let checkPage: String?

    var notice: Notice { material.standing.notice }

    /// The report, ready to be set.
    var printed: PrintedReport {
        let number = notice.number
        let hash = notice.documentHash ?? notice.contentHash
        let code = "songda:\(number):\(hash.hex)"
        return PrintedReport(
            markdown: markdown, title: "\(word("report_title")) \(number)",
            language: phrases.language == .english ? .english : .chinese,
            footerLines: [
                "\(word("report_title")) \(number), \(word("report_asOf")) \(phrases.time(material.asOf))",
                "\(word(notice.documentHash == nil ? "contentHash" : "documentHash")) \(hash.hex)",
            ],
            code: checkPage.map { "\($0)?q=\(code)" } ?? code, asOf: material.asOf, author: notice.issuer.fullName,
            isRehearsal: notice.isRehearsal)
    }

    private var markdown: String {
        var parts = ["# \(word("report_title"))", plain(word("report_what"))]
        if notice.isRehearsal { parts.append("**\(plain(word("notice_rehearsal")))**") }
        parts += [particulars, recipients, strength, weaknesses, deliveries, timeLine, signers, checkpoints, commands]
        return parts.joined(separator: "\n\n") + "\n"
    }

    // MARK: What it is about

    private var particulars: String {
        var rows = [
            [word("number"), notice.number], [word("kind"), phrases.kind(notice.kind)],
            [word("state"), word("notice_\(notice.state.rawValue)")],
            [word("issuer"), "\(notice.issuer.fullName) \(notice.issuer.creditCode)"],
            [word("author"), name(of: notice.author.id)], [word("createdAt"), phrases.time(notice.createdAt)],
        ]
        if notice.approvalsNeeded > 0 {
            let given = material.approvals.map { "\(name(of: $0.approver.id)) \(phrases.time($0.at))" }
            rows.append([
                word("approvals"),
                (["\(given.count) / \(notice.approvalsNeeded)"] + given).joined(separator: word("report_comma")),
            ])
        }
        if let sealedAt = notice.sealedAt { rows.append([word("sealedAt"), phrases.time(sealedAt)]) }
        if !notice.legalBasis.isEmpty {
            rows.append([word("basis"), phrases.articles(notice.legalBasis)])
        }
        var cells = rows.map { $0.map { plain($0) } }
        cells.append([plain(word("contentHash")), "`\(notice.contentHash.hex)`"])
        if let hash = notice.documentHash { cells.append([plain(word("documentHash")), "`\(hash.hex)`"]) }
        return "## \(word("report_notice"))\n\n" + Self.table(["", ""], cells)
    }

    private var recipients: String {
        let rows = notice.recipients.flatMap { person in
            person.addresses.map { address in
                let confirmation = address.confirmation.map {
                    "\(word("addressConfirmed")) (\($0.provedBy), \(phrases.time($0.provedAt)))"
                }
                return [
                    person.name, word("channel_\(address.channel.rawValue)"),
                    address.channel == .inbox ? "—" : address.value,
                    confirmation ?? (address.channel == .inbox ? "—" : word("addressOpen")),
                ]
            }
        }
        let head = ["recipient", "channel", "report_address", "report_confirmation"].map { plain(word($0)) }
        return "## \(word("report_recipients"))\n\n\(plain(word("report_snapshot")))\n\n"
            + Self.table(head, rows.map { $0.map { plain($0) } })
    }

    // MARK: What follows from it

    private var strength: String {
        let strength = material.standing.strength
        var lines = [
            "**\(strength.level)/5** \(plain(phrases.text(strength.reason)))",
            plain("\(word("search_advice")) \(phrases.text(strength.advice))"), plain(word("report_scale")),
        ]
        var seen: Set<String> = []
        for service in material.standing.deemed.map({ phrases.deemed($0) }) where seen.insert(service).inserted {
            lines.append(plain("\(phrases.deemedLabel(notice)): \(service)"))
        }
        return "## \(word("strength"))\n\n" + lines.joined(separator: "\n\n")
    }

    private var weaknesses: String {
        let found = phrases.gaps(material.standing) + missing
        var text = "## \(word("report_gaps"))\n\n"
        text += found.isEmpty ? plain(word("report_noGaps")) : Self.list(found.map { plain($0) })
        let adverse = material.standing.timeline.items.enumerated().filter { $0.element.isAdverse }.map {
            "\(phrases.event($0.element.event)), \(phrases.time($0.element.happenedAt)) "
                + word("report_seeLine", ["n": "\($0.offset + 1)"])
        }
        guard !adverse.isEmpty else { return text }
        return text + "\n\n\(plain(word("report_adverse")))\n\n" + Self.list(adverse.map { plain($0) })
    }

    /// What the log itself lacks.
    private var missing: [String] {
        let items = material.standing.timeline.items
        let stamped = Set(material.checkpoints.filter { $0.token != nil }.map(\.note))
        let counts = [
            ("report_gapWaiting", items.count { $0.leafIndex == nil }),
            ("report_gapUnstamped", material.excerpt.entries.count { !stamped.contains($0.proof.checkpoint) }),
            ("report_gapErased", items.count(where: \.isErased)),
        ]
        var found = counts.filter { $0.1 > 0 }.map { word($0.0, ["n": "\($0.1)"]) }
        if material.sealed == nil { found.append(word("report_gapUnsealed")) }
        let tokens = material.checkpoints.compactMap(\.token).compactMap { try? TimestampToken(der: $0) }
        // A token that cannot be read is shown as such among the checkpoints.
        if !tokens.isEmpty, tokens.allSatisfy(\.isFromEmbeddedAuthority) { found.append(word("report_gapOwnClock")) }
        return found
    }

    // MARK: Words

    func word(_ name: String) -> String { phrases.word(name) }
    func word(_ name: String, _ values: [String: String]) -> String { phrases.word(name, values) }
    func plain(_ text: String) -> String { PlainMarkdown.line(text) }
    func name(of principal: String) -> String { material.names[principal] ?? principal }

    static func table(_ head: [String], _ rows: [[String]]) -> String {
        ([head, head.map { _ in "---" }] + rows).map { "| " + $0.joined(separator: " | ") + " |" }
            .joined(separator: "\n")
    }

    static func list(_ lines: [String]) -> String { lines.map { "- \($0)" }.joined(separator: "\n") }
}

extension Timeline.Item {
    /// Whether it speaks against service or against the record, so that nobody has to look for it.
    fileprivate var isAdverse: Bool { Self.adverse.contains(event) }

    private static let adverse: Set<EvidenceEvent> = [
        .approvalVoided, .preflightOverridden, .noticeCancelled, .quarantined, .attemptRefused, .attemptDeferred,
        .attemptFenced, .outcomeUnknown, .deliveryExpired, .receiptFailed, .receiptDelayed, .receiptContradicted,
        .forgedReceiptRefused, .refusedByRecipient, .objectionReceived, .addressMissing, .expectedEventMissing,
        .proxySigned, .postalReturned,
    ]
}
