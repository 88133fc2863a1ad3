import Evidence

extension IssueDesk {
    /// A kind filled with its own examples, to be looked at; it is no notice and nothing of it is kept.
    public struct Trial: Sendable {
        /// The words of every channel.
        public let rendered: RenderedNotice
        /// The document in Markdown, with the mark of a test at its head.
        public let markdown: String
        /// The document, for kinds that have one; the mark stands on it too.
        public let pdf: [UInt8]?
    }

    /// The day on which the examples of the shipped kinds fit together.
    public static let dayOfExamples = CivilDate(dayNumber: 20_778)

    /// Renders one version of a kind with its examples, in the name of nobody and to nobody.
    ///
    /// - Parameter chosen: options of choices by field; the example where none is named.
    public func trial(
        kind: String, version: Int?, language: NoticeLanguage, choosing chosen: [String: String] = [:]
    ) async throws -> Trial {
        guard let template = templates.template(kind: kind, version: version) else {
            throw NoticeError(.notFound, "there is no such version of \"\(kind.prefix(40))\"; look at the list")
        }
        let isChinese = language == .chinese
        let mark = isChinese ? "测试样张，不是通知，不产生任何效力" : "Test rendering: this is no notice and has no effect"
        let context = RenderContext(
            number: "TEST-0000-0000", issuer: isChinese ? "示例发出单位（测试）" : "Example issuing entity (test)",
            issuerCode: "TEST", issuerContact: isChinese ? "测试 000-00000000" : "test 000-00000000",
            recipient: isChinese ? "测试受送达人" : "Test Recipient", issueDate: Self.dayOfExamples,
            portal: settings.portal, smsSignature: isChinese ? "测试" : "test")
        let rendered: RenderedNotice
        do throws(RenderFailure) {
            rendered = try renderer.render(
                kind: kind, version: version, language: language,
                values: template.exampleValues(language, choosing: chosen), context: context)
        } catch { throw error.noticeError(in: language) }
        let markdown = "> **\(mark)**\n\n" + rendered.markdown
        let pdf =
            template.settings.document == .pdf
            ? try await typesetter.pdf(
                markdown: markdown, title: "TEST \(rendered.subject)", language: language, number: context.number,
                contentHash: rendered.contentHash, issuer: context.issuer,
                issuedAt: Self.dayOfExamples.startInChina)
            : nil
        return Trial(rendered: rendered, markdown: markdown, pdf: pdf)
    }
}
