import Evidence
import Notices

/// The notice that is measured: a change of contact person to a client, by one channel alone, at any hour.
///
/// The shipped kind goes to inbox and SMS too and waits for the end of the quiet hours; a benchmark must do neither. Its
/// mail is about 8 KiB on the wire, text and HTML, as `smtp-source -l 8192` sends.
enum BenchTemplate {
    static let kind = "client-contact-change"

    /// What a store is filled with before it is measured: it goes to the inbox too.
    static let served = "bench-served"
    /// A text message, whatever the channel of the measured kind.
    static let text = "bench-text"

    /// - Parameter channel: the one by which the measured kind goes.
    static func library(by channel: ChannelKind = .email) throws -> TemplateLibrary {
        var files = files(kind: kind, by: [channel])
        files.merge(servedFiles(by: channel)) { first, _ in first }
        files.merge(self.files(kind: text, by: [.sms])) { first, _ in first }
        files[TemplateManifest.fileName] = TemplateManifest.text(publishing: files)
        return try TemplateLibrary(files: files)
    }

    /// The files of the kind that a store is filled with.
    static func servedFiles(by channel: ChannelKind) -> [String: String] {
        files(kind: served, by: [.inbox, channel])
    }

    /// The files of the kind by their paths, without a manifest.
    static func files(kind: String, by channels: [ChannelKind]) -> [String: String] {
        let names = channels.map(\.rawValue).joined(separator: ", ")
        let settings = fields.replacing("kind: \(Self.kind)", with: "kind: \(kind)")
            .replacing("channels: [email]", with: "channels: [\(names)]")
        var files = ["\(kind)/1/fields.yaml": settings]
        let text = channels.contains(.sms) ? sms : "{{newContact}} {{newPhone}} {{effectiveDate}}\n"
        for (language, words) in [("zh-CN", chinese), ("en", english)] {
            files["\(kind)/1/\(language)/notice.md"] = "# {{number}}\n\n" + words
            files["\(kind)/1/\(language)/email.md"] = words
            files["\(kind)/1/\(language)/sms.txt"] = text
        }
        return files
    }

    private static let fields = """
        kind: client-contact-change
        version: 1
        name: {zh: 对接人变更通知, en: "Change of your contact person"}
        document: message
        priority: bulk
        approvals: 0
        acknowledgement: false
        quiet-hours: false
        consignment: basic
        subject:
          zh: "{{issuer}}：对接人变更通知"
          en: "{{issuer}}: change of your contact person"
        inbox:
          zh: "对接人变更通知 {{number}}"
          en: "Change of your contact person {{number}}"
        delivery:
          - {after: 0h, channels: [email]}
        fields:
          newContact:
            type: person-name
            label: {zh: 新对接人, en: "New contact"}
            help: {zh: 填写新对接人的姓名或称呼, en: "name or form of address of the new contact"}
            example: {zh: "李经理", en: "Li Ming"}
            required: true
            personal-data: personal
            appears-in: [document, email, sms]
          newPhone:
            type: phone
            label: {zh: 新对接人电话, en: "Telephone of the new contact"}
            help: {zh: 填写工作电话, en: "a business number"}
            example: "010-88886666"
            required: true
            personal-data: personal
            appears-in: [document, email, sms]
          newEmail:
            type: email
            label: {zh: 新对接人邮箱, en: "E-mail of the new contact"}
            help: {zh: 填写工作邮箱, en: "a business address"}
            example: "liming@example.com"
            required: true
            personal-data: personal
            appears-in: [document, email]
          effectiveDate:
            type: date
            label: {zh: 生效日期, en: "Effective date"}
            help: {zh: 新对接人开始负责的日期, en: "the day from which the new contact is in charge"}
            example: "2026-12-01"
            required: true
            personal-data: none
            appears-in: [document, email, sms]

        """

    private static let head = """
        尊敬的{{recipient}}：

        感谢贵方一直以来对{{issuer}}的信任与支持。因工作安排调整，自{{effectiveDate}}起，贵方业务后续由{{newContact}}负责对接。

        - 电话：{{newPhone}}
        - 邮箱：{{newEmail}}


        """
    private static let clause = """
        贵方与本公司已签订的合同、已下达的订单及相关约定均不受影响，照常履行。All contracts, orders and arrangements between \
        us remain in force and will be performed as agreed by both parties.


        """
    /// Two parts with its signature, the most that is sent.
    private static let sms = """
        尊敬的客户：自{{effectiveDate}}起，贵方业务由{{newContact}}负责对接，电话{{newPhone}}。贵方已签订的合同、已下达的订单及\
        相关约定均不受影响，照常履行。如需核实本通知，请致电本公司人力资源部。感谢贵方的信任与支持。

        """
    private static let foot = "如需核实本通知，请联系：{{issuerContact}}。\n\n{{issuer}}\n\n{{issueDate}}　通知编号：{{number}}\n"
    private static let chinese = head + String(repeating: clause, count: 11) + foot
    /// The words of one notice, for whoever sends them without filling in fields.
    static var words: String {
        let values = [
            "recipient": Corpus.name(1), "issuer": "上海示例科技有限公司", "effectiveDate": "2027年12月1日",
            "newContact": Corpus.name(38), "newPhone": "010-88886001", "newEmail": "contact1@example.com",
            "issuerContact": "人力资源部 021-88886666", "issueDate": "2027年11月22日", "number": "SD-20271122-7F3K-9Q2M",
        ]
        return values.reduce(chinese) { $0.replacing("{{\($1.key)}}", with: $1.value) }
    }

    private static let english = """
        Dear {{recipient}}, from {{effectiveDate}} {{newContact}} is your contact at {{issuer}}: {{newPhone}}, {{newEmail}}.

        To verify this notice, please contact {{issuerContact}}.

        {{issuer}}, {{issueDate}}, number {{number}}

        """
}

/// Names and values that differ from notice to notice and are the same in every run.
enum Corpus {
    private static let surnames = Array("王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗")
    private static let given = ["伟", "芳", "娜", "敏", "静", "丽", "强", "磊", "军", "洋", "勇", "艳", "杰", "娟", "涛", "明"]

    static func name(_ index: Int) -> String {
        String(surnames[index % surnames.count]) + given[index / surnames.count % given.count]
            + given[index / 7 % given.count]
    }

    static func fields(_ index: Int) -> JSONValue {
        .object([
            "newContact": .string(name(index &* 31 + 7)),
            "newPhone": .string("010-8888\(6000 + index % 4000)"),
            "newEmail": .string("contact\(index % 997)@example.com"), "effectiveDate": "2027-12-01",
        ])
    }
}
