import Notices

/// What an act is about, so that everything about one thing can be found and put into a dossier.
///
/// The name of the kind and the id stand in the signed entry itself; the index that the store keeps can therefore be checked
/// against the entries.
public struct Subject: Sendable, Hashable, CustomStringConvertible {
    /// The kind of thing, for example `employee`; each folder of this target declares its own.
    public struct Kind: RawRepresentable, Sendable, Hashable {
        /// The name, as written into entries.
        public let rawValue: String
        /// Wraps a name.
        public init(rawValue: String) { self.rawValue = rawValue }
        /// A member of staff.
        public static let employee = Kind(rawValue: "employee")
        /// An organisation unit.
        public static let unit = Kind(rawValue: "unit")
    }

    /// The kind of thing.
    public let kind: Kind
    /// Which one.
    public let id: String

    /// Names a subject.
    public init(_ kind: Kind, _ id: some Identifier) {
        self.kind = kind
        self.id = id.rawValue
    }

    /// Names a subject by what the store or a request says.
    public init(kind: Kind, id: String) {
        self.kind = kind
        self.id = id
    }

    /// A member of staff.
    public static func employee(_ id: PersonID) -> Subject { Subject(.employee, id) }
    /// An organisation unit.
    public static func unit(_ id: UnitID) -> Subject { Subject(.unit, id) }

    /// `kind:id`, as entries write it.
    public var description: String { "\(kind.rawValue):\(id)" }
}
