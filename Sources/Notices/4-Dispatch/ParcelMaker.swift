import Evidence

/// Makes the parcel of an attempt from what was sealed; the same bytes at every attempt.
public struct ParcelMaker: Sendable {
    private let links: LinkTokens

    /// Makes parcels with links of this kind.
    public init(links: LinkTokens) {
        self.links = links
    }

    /// The parcel for the next attempt; throws when the stored content cannot be used.
    func parcel(for claim: DeliveryClaim, attempt: Int) throws -> Parcel {
        let notice = claim.notice
        let content = try NoticeContent(stored: claim.content, expecting: notice.contentHash)
        guard !claim.delivery.address.value.isEmpty else {
            throw NoticeError(.unavailable, "the stored address cannot be read; run `songda audit`")
        }
        let recipient = notice.recipients.first { $0.person == claim.delivery.person }
        let url = claim.linkHash.flatMap { links.url(for: claim.delivery.id, storedAs: $0) }
        return Parcel(
            delivery: claim.delivery.id, notice: notice.id, noticeNumber: notice.number, attempt: attempt,
            address: claim.delivery.address.value, recipientName: recipient?.name ?? "",
            sender: Parcel.Sender(
                name: notice.issuer.fullName, mailbox: notice.issuer.mailbox,
                smsSignature: notice.issuer.smsSignature),
            language: notice.language,
            content: ParcelContent(
                subject: content.subject,
                emailMarkdown: url.map { content.email + Self.invitation(notice, url: $0) } ?? content.email,
                smsText: content.sms, attachments: Self.attachments(notice, claim.document)),
            date: claim.document.sealedAt, messageKey: claim.delivery.messageKey,
            remindsOf: claim.remindsOf?.messageKey)
    }

    private static func invitation(_ notice: Notice, url: String) -> String {
        notice.language == "en"
            ? "\n\nRead and confirm receipt (this link works once, for 72 hours): <\(url)>\n"
            : "\n\n查阅并确认收到（链接 72 小时内有效，仅可使用一次）：<\(url)>\n"
    }

    /// Client notices and alerts travel as the message itself; formal notices as PDF beside their signature.
    private static func attachments(_ notice: Notice, _ document: SealedNotice) -> [ParcelContent.Attachment] {
        guard notice.handling.sealsPDF else { return [] }
        let name = (notice.isRehearsal ? RehearsalMark.filePrefix : "") + notice.number
        return [
            ParcelContent.Attachment(
                fileName: "\(name).pdf", asciiName: "\(name).pdf", mediaType: "application/pdf",
                bytes: document.bytes),
            ParcelContent.Attachment(
                fileName: "\(name).p7s", asciiName: "\(name).p7s",
                mediaType: "application/pkcs7-signature", bytes: document.signature),
        ]
    }
}
