import Evidence
import Notices

/// Something a person holds or answers for: a device, a document, a project, as another system lists it.
public struct Holding: Sendable, Hashable {
    /// Which system's list it is on.
    public enum List: String, Sendable, Hashable, Codable, CaseIterable {
        /// Documents, from the office system (OA).
        case documents
        /// Things issued, from the administration's register.
        case devices
        /// Open projects, from the project system.
        case projects
    }

    /// Its number in that system.
    public let id: String
    /// What it is: `computer`, `phone`, `client-contract`, `document`, `project`, in the system's words.
    public let kind: String
    /// What people call it.
    public let title: String
    /// How far it is or what became of it; nil when that system does not say.
    public let status: String?
    /// The condition in which it came back; nil while it is out.
    public let returnedAs: String?

    /// Describes a thing.
    public init(id: String, kind: String, title: String, status: String? = nil, returnedAs: String? = nil) {
        self.id = id
        self.kind = kind
        self.title = title
        self.status = status
        self.returnedAs = returnedAs
    }

    /// As a row of a list.
    var row: JSONValue {
        .object([
            "ref": .string(id), "kind": .string(kind), "name": .string(title),
            "status": status.map { .string($0) } ?? .null,
        ])
    }
}

/// That a person's list was imported as a whole.
public struct HoldingImport: Sendable, Hashable {
    /// Whose list.
    public let person: PersonID
    /// Which list.
    public let list: Holding.List
    /// How many things were on it.
    public let count: Int
    /// When it was imported.
    public let at: Timestamp

    /// Gathers it.
    public init(person: PersonID, list: Holding.List, count: Int, at: Timestamp) {
        self.person = person
        self.list = list
        self.count = count
        self.at = at
    }
}
