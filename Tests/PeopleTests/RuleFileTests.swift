import Notices
import People
import TestSupport
import Testing

/// Every file of rules that people edit: what is wrong is refused by file, place and word, and nothing of it is in force.
struct RuleFileTests {
    private static func read(_ file: String, _ text: String) throws {
        switch file {
        case "risk.yaml": _ = try RiskRules(yaml: text, file: file)
        case "pay.yaml": _ = try PayRules(yaml: text, file: file)
        case "handover.yaml": _ = try HandoverRules(yaml: text, file: file)
        case "client-access.yaml": _ = try ClientRules(yaml: text, file: file)
        case "training.yaml": _ = try TrainingRules(yaml: text, file: file)
        default:
            let library = try AgreementLibrary(directory: TestResources.root + "/templates/agreements")
            _ = try AgreementRules(yaml: text, file: file, library: library)
        }
    }

    private static let files = [
        "risk.yaml", "pay.yaml", "handover.yaml", "client-access.yaml", "training.yaml", "agreements.yaml",
    ]

    @Test(arguments: files)
    func `a key that nobody knows is refused with its line, and the shipped file is not`(_ file: String) throws {
        let text = try TestResources.text("config/rules/\(file)")
        try Self.read(file, text)
        let fault = try #require(throws: SourceFault.self) { try Self.read(file, text + "\nsurprise: 1\n") }
        #expect(fault.file == file && fault.line > 1 && "\(fault)".contains("surprise"), "\(fault)")
    }

    @Test(arguments: [
        ("handover.yaml", "every-days: 1", "every-days: 0"), ("handover.yaml", "days-overdue: 0", "days-overdue: -1"),
        ("handover.yaml", "{days-after-notice: 1}", "{days-after-notice: 1, days-before-last-day: 1}"),
        ("handover.yaml", "key-items: [client,", "key-items: [clients,"),
        ("client-access.yaml", "minutes: 10", "minutes: 0"), ("client-access.yaml", "months: 3", "months: 0"),
        ("training.yaml", "heartbeat-seconds: 30", "heartbeat-seconds: 0"),
        ("training.yaml", "exams-a-day: 3", "exams-a-day: none"),
        ("agreements.yaml", "maximum-months: 24", "maximum-months: 25"),
        ("agreements.yaml", "unpaid-months: 3", "unpaid-months: 0"),
        ("agreements.yaml", "hired-from: 2026-01-01", "hired-from: 2026-02-30"),
        ("agreements.yaml", "kind: client-ownership, mandatory", "kind: client-robbery, mandatory"),
        ("pay.yaml", "effective-from: 2026-01-01", "effective-from: 2026-13-01"),
        ("pay.yaml", "monthly: \"2740\"", "monthly: \"-2740\""),
        ("pay.yaml", "source: 上海市人力资源和社会保障局 2025年7月1日起月最低工资标准", "source: \"\""),
    ])
    func `a figure that cannot be is refused with its line`(_ file: String, _ old: String, _ new: String) throws {
        let text = try TestResources.text("config/rules/\(file)")
        try #require(text.contains(old), "\(old) is not in \(file)")
        let fault = try #require(throws: SourceFault.self) { try Self.read(file, text.replacing(old, with: new)) }
        #expect(fault.file == file && fault.line > 1, "\(fault)")
    }
}
