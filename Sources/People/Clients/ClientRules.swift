import Notices

/// How clients may be looked at, and when that or their silence is worth an alarm; from `config/rules/client-access.yaml`.
public struct ClientRules: Sendable, Hashable {
    /// Counted from 1; stored with every alert.
    public let version: Int
    /// The most clients one page or one search shows to those without the permission to export.
    public let pageLimit: Int
    /// So many different clients are an alarm (S-38).
    public let bulkRecords: Int
    /// Within so many minutes they are one.
    public let bulkMinutes: Int
    /// So many months without an order of a transferred client are an alarm (S-96).
    public let lostMonths: Int
    /// So many hours after one alert that a former contact still calls a client, the next may be raised.
    public let oldContactQuietHours: Int
    /// Whether alerts are also served as notices.
    public let notifies: Bool

    /// States rules.
    public init(
        version: Int, pageLimit: Int, bulkRecords: Int, bulkMinutes: Int, lostMonths: Int,
        oldContactQuietHours: Int = 24,
        notifies: Bool
    ) {
        self.version = version
        self.pageLimit = pageLimit
        self.bulkRecords = bulkRecords
        self.bulkMinutes = bulkMinutes
        self.lostMonths = lostMonths
        self.oldContactQuietHours = oldContactQuietHours
        self.notifies = notifies
    }

    /// The name that alerts give beside the version.
    public static let id = "client-access"

    /// Reads the rules strictly: unknown and missing keys are refused with their line.
    public init(yaml: String, file: String) throws(SourceFault) {
        let root = try YAMLNode.parse(yaml, file: file)
        let object = try root.object([
            "id", "version", "page-limit", "bulk-access", "lost-client", "old-contact", "notices",
        ])
        guard try object.need("id", root).string() == Self.id else {
            throw try object.need("id", root).fault("must be \(Self.id)")
        }
        version = try Self.number("version", object, root, 1...1_000_000)
        pageLimit = try Self.number("page-limit", object, root, 1...200)
        let bulk = try object.need("bulk-access", root)
        let limits = try bulk.object(["records", "minutes"])
        bulkRecords = try Self.number("records", limits, bulk, 1...100_000)
        bulkMinutes = try Self.number("minutes", limits, bulk, 1...1440)
        let lost = try object.need("lost-client", root)
        lostMonths = try Self.number("months", try lost.object(["months"]), lost, 1...36)
        if let old = object["old-contact"] {
            oldContactQuietHours = try Self.number("quiet-hours", try old.object(["quiet-hours"]), old, 1...720)
        } else {
            // Files written before there were replies.
            oldContactQuietHours = 24
        }
        notifies = try object.need("notices", root).flag()
    }

    private static func number(
        _ key: String, _ object: [String: YAMLNode], _ parent: YAMLNode, _ range: ClosedRange<Int>
    ) throws(SourceFault) -> Int {
        let node = try object.need(key, parent)
        let number = try node.integer()
        guard range.contains(number) else {
            throw node.fault("\(number) is not from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    /// The rules in a file, read again when it changes.
    public static func file(_ path: String) throws -> RuleFile<ClientRules> {
        try RuleFile(path: path, version: { $0.version }, read: { try ClientRules(yaml: $0, file: $1) })
    }
}
