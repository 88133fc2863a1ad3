import Notices

/// How handovers run, as versioned data from `config/rules/handover.yaml`.
public struct HandoverRules: Sendable, Hashable {
    /// The name of this body of rules.
    public let id: String
    /// The version, counted from 1; kept in every case.
    public let version: Int
    /// By when each stage is to be closed.
    public let due: [HandoverStage: DueDay]
    /// Days between two reminders of the same thing.
    public let reminderDays: Int
    /// Days after which overdue key material freezes access.
    public let freezeDays: Int
    /// Kinds of items without which the clearance stays locked.
    public let keyItems: Set<HandoverItem.Kind>
    /// Kinds of notices whose acknowledgement counts as a client's confirmation.
    public let clientConfirmations: [String]
    /// The most bytes of one file.
    public let maximumFileBytes: Int
    /// The media types that are taken.
    public let fileTypes: [String]

    /// A day counted from one of the two days that are fixed.
    public enum DueDay: Sendable, Hashable {
        /// So many days after the notice.
        case afterNotice(Int)
        /// So many days before the last day.
        case beforeLastDay(Int)
    }

    /// What a case remembers.
    public var name: String { "\(id) v\(version)" }

    /// The last day for a stage; never before the notice, and never before the stage that it follows: where somebody leaves
    /// within days, the later stages would else be due first.
    public func dueDay(of stage: HandoverStage, noticeOn: CivilDate, lastDay: CivilDate) -> CivilDate {
        var latest = noticeOn
        for one in HandoverStage.allCases {
            let day: CivilDate =
                switch due[one] {
                case .afterNotice(let days): noticeOn.adding(days: days)
                case .beforeLastDay(let days): lastDay.adding(days: -days)
                case nil: lastDay
                }
            latest = max(latest, day)
            if one == stage { break }
        }
        return latest
    }

    /// Reads the rules strictly: an unknown key, a missing key or a value that cannot be is refused with its line.
    public init(yaml: String, file: String) throws(SourceFault) {
        let root = try YAMLNode.parse(yaml, file: file)
        let object = try root.object([
            "id", "version", "stages", "reminders", "freeze", "key-items", "client-confirmations", "files",
        ])
        id = try object.need("id", root).string()
        version = try object.need("version", root).within(1...100_000)
        due = try Self.stages(try object.need("stages", root))
        let reminders = try object.need("reminders", root)
        reminderDays = try reminders.object(["every-days"]).need("every-days", reminders).within(1...30)
        let freeze = try object.need("freeze", root)
        freezeDays = try freeze.object(["days-overdue"]).need("days-overdue", freeze).within(0...365)
        keyItems = Set(
            try object.need("key-items", root).each { node throws(SourceFault) in
                try node.choice(HandoverItem.Kind.self)
            })
        clientConfirmations = try object.need("client-confirmations", root).strings()
        let files = try object.need("files", root)
        let limits = try files.object(["maximum-mebibytes", "types"])
        maximumFileBytes = try limits.need("maximum-mebibytes", files).within(1...32) << 20
        fileTypes = try limits.need("types", files).strings()
    }

    /// The rules in a file, read again when it changes.
    public static func file(_ path: String) throws -> RuleFile<HandoverRules> {
        try RuleFile(path: path, version: { $0.version }, read: { try HandoverRules(yaml: $0, file: $1) })
    }

    private static func stages(_ node: YAMLNode) throws(SourceFault) -> [HandoverStage: DueDay] {
        let object = try node.object(Set(HandoverStage.allCases.map(\.rawValue)))
        var due: [HandoverStage: DueDay] = [:]
        for stage in HandoverStage.allCases {
            let day = try object.need(stage.rawValue, node)
            let keys = try day.object(["days-after-notice", "days-before-last-day"])
            switch (keys["days-after-notice"], keys["days-before-last-day"]) {
            case (let after?, nil): due[stage] = .afterNotice(try after.within(0...365))
            case (nil, let before?): due[stage] = .beforeLastDay(try before.within(0...365))
            default: throw day.fault("give either days-after-notice or days-before-last-day")
            }
        }
        return due
    }
}

extension YAMLNode {
    fileprivate func within(_ range: ClosedRange<Int>) throws(SourceFault) -> Int {
        let value = try integer()
        guard range.contains(value) else {
            throw fault("\(value) is not from \(range.lowerBound) to \(range.upperBound)")
        }
        return value
    }
}
