import Evidence
import Foundation
import Testing

@testable import Notices

/// The templates of this repository, and circumstances to render them in.
enum ShippedTemplates {
    /// The repository's root, found from this file so that tests run in any checkout.
    static let root: URL = {
        var folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        while folder.path != "/", !FileManager.default.fileExists(atPath: folder.path + "/templates/notices") {
            folder.deleteLastPathComponent()
        }
        return folder
    }()

    static let directory = root.path + "/templates/notices"

    /// Read once: the tests only look at it.
    static let shared = Result { try TemplateLibrary(directory: directory) }

    static func library() throws -> TemplateLibrary { try shared.get() }

    /// The files as texts, for tests that change one of them.
    static func files() throws -> [String: String] {
        var files: [String: String] = [:]
        let walk = try #require(FileManager.default.enumerator(atPath: directory))
        for case let path as String in walk {
            let full = "\(directory)/\(path)"
            var isDirectory: ObjCBool = false
            if FileManager.default.fileExists(atPath: full, isDirectory: &isDirectory), !isDirectory.boolValue {
                files[path] = try String(contentsOfFile: full, encoding: .utf8)
            }
        }
        return files
    }
}

extension RenderContext {
    static func example(
        recipient: String = "张三", issuer: String = "北京某某科技有限公司", issueDate: String = "2026-11-21"
    ) -> RenderContext {
        RenderContext(
            number: "SD-2026-000123", issuer: issuer, issuerCode: "91110108MA01EXAMPL",
            issuerContact: "人力资源部 010-88886666", recipient: recipient,
            issueDate: CivilDate(issueDate) ?? CivilDate(dayNumber: 0), portal: "hr.example.com", smsSignature: "某某科技")
    }
}

/// A kind small enough to bend in every direction.
enum SmallKind {
    static let fields = """
        kind: memo
        version: 1
        name: {zh: 便函, en: Memo}
        document: message
        priority: normal
        approvals: 0
        acknowledgement: false
        quiet-hours: true
        consignment: basic
        subject: {zh: "便函 {{number}}", en: "Memo {{number}}"}
        inbox: {zh: "便函 {{number}}", en: "Memo {{number}}"}
        delivery:
          - {after: 0h, channels: [inbox]}
        fields:
          title: {type: text, label: {zh: 标题, en: Title}, help: {zh: 写标题, en: write a title}, example: A, required: true, personal-data: none, appears-in: [document, email, sms, subject, inbox]}
          body: {type: multiline, label: {zh: 正文, en: Body}, help: {zh: 写正文, en: write a body}, example: B, required: true, personal-data: none, appears-in: [document, email]}
          reason: {type: text, label: {zh: 理由, en: Reason}, help: {zh: 写理由, en: write a reason}, example: C, personal-data: sensitive, appears-in: [document]}
          items: {type: list, label: {zh: 事项, en: Items}, help: {zh: 写事项, en: write items}, example: [D], personal-data: none, appears-in: [document]}
          sum: {type: amount, label: {zh: 金额, en: Sum}, help: {zh: 写金额, en: write a sum}, example: "1.00", personal-data: none, appears-in: [document], minimum: "0.01", maximum: "1000000"}
          day: {type: date, label: {zh: 日期, en: Day}, help: {zh: 写日期, en: write a day}, example: "2026-11-30", personal-data: none, appears-in: [document]}
          times: {type: integer, label: {zh: 次数, en: Times}, help: {zh: 写次数, en: write a number}, example: 3, personal-data: none, appears-in: [document], minimum: "1", maximum: "9"}
          who: {type: person-name, label: {zh: 姓名, en: Name}, help: {zh: 写姓名, en: write a name}, example: 张三, personal-data: personal, appears-in: [document]}
          phone: {type: phone, label: {zh: 电话, en: Phone}, help: {zh: 写电话, en: write a number}, example: 010-88886666, personal-data: personal, appears-in: [document]}
          mail: {type: email, label: {zh: 邮箱, en: Mail}, help: {zh: 写邮箱, en: write an address}, example: a@example.com, personal-data: personal, appears-in: [document]}
          mode: {type: choice, label: {zh: 方式, en: Mode}, help: {zh: 选方式, en: choose}, example: fast, personal-data: none, appears-in: [document], options: [{id: fast, group: quick, zh: 快, en: fast}, {id: slow, zh: 慢, en: slow}]}
          fee: {type: amount, label: {zh: 费用, en: Fee}, help: {zh: 写费用, en: write a fee}, example: "5.00", required-when: {mode: [fast]}, only-when: {mode: [fast]}, personal-data: none, appears-in: [document]}

        """

    static let body = "{{title}}\n\n{{body}}\n"

    /// The small kind with some of its files replaced.
    static func files(_ changes: [String: String] = [:], fields: String = SmallKind.fields) -> [String: String] {
        var files = ["memo/1/fields.yaml": fields]
        for language in ["zh-CN", "en"] {
            files["memo/1/\(language)/notice.md"] = body
            files["memo/1/\(language)/email.md"] = body
            files["memo/1/\(language)/sms.txt"] = "{{title}}\n"
        }
        for (path, text) in changes { files["memo/1/\(path)"] = text }
        return files
    }

    static func renderer(notice: String = body, email: String = body, sms: String = "{{title}}\n") throws -> Renderer {
        try Renderer(
            library: TemplateLibrary(
                files: files(["en/notice.md": notice, "en/email.md": email, "en/sms.txt": sms])))
    }

    static func render(
        _ values: [String: JSONValue], notice: String = body, sms: String = "{{title}}\n"
    ) throws -> RenderedNotice {
        try renderer(notice: notice, sms: sms).render(
            kind: "memo", version: 1, language: .english,
            values: ["title": .string("T"), "body": .string("B")].merging(values) { _, new in new }, context: .example()
        )
    }
}
