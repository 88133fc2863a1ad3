import Evidence
import Notices

/// How an import treats rows that are wrong.
public enum ImportMode: String, Sendable, Hashable, CaseIterable {
    /// Reads and reports; changes nothing.
    case dryRun = "dry-run"
    /// Reads the whole file first; one wrong row refuses it all.
    case allOrNothing = "all-or-nothing"
    /// Takes the rows that are right and reports the others.
    case eachRow = "each-row"
}

/// One import of a file, and how far it has come.
public struct RosterImport: Sendable, Hashable {
    /// Where an import stands.
    public enum State: String, Sendable, Hashable, CaseIterable {
        /// Its rows are being read; nothing is changed.
        case checking
        /// It has wrong rows and changed nothing.
        case refused
        /// A dry run that found nothing wrong.
        case checked
        /// Its rows are coming on record.
        case applying
        /// It is over.
        case done
        /// What it changed is being put back.
        case undoing
        /// It was put back.
        case undone
    }

    /// Names it.
    public let id: ImportID
    /// What people call it, for example the name of the file.
    public let name: String
    /// How it treats wrong rows.
    public let mode: ImportMode
    /// Where it stands.
    public var state: State
    /// The part that comes next, counted from 0.
    public var nextPart: Int
    /// Lines of the file read so far.
    public var lines: Int
    /// Rows read.
    public var read: Int
    /// Members of staff put on record, or that would be.
    public var added: Int
    /// Members of staff changed, or that would be.
    public var changed: Int
    /// Rows that say what the roster says already.
    public var unchanged: Int
    /// Rows that are wrong.
    public var faulty: Int
    /// What the columns say; the store's own words.
    public var layout: String

    /// Gathers it.
    public init(
        id: ImportID, name: String, mode: ImportMode, state: State, nextPart: Int = 0, lines: Int = 0, read: Int = 0,
        added: Int = 0, changed: Int = 0, unchanged: Int = 0, faulty: Int = 0, layout: String = ""
    ) {
        self.id = id
        self.name = name
        self.mode = mode
        self.state = state
        self.nextPart = nextPart
        self.lines = lines
        self.read = read
        self.added = added
        self.changed = changed
        self.unchanged = unchanged
        self.faulty = faulty
        self.layout = layout
    }

    /// Whether it takes parts.
    public var isOpen: Bool { state == .checking || state == .applying }
}

/// One wrong cell of an import.
public struct ImportFault: Sendable, Hashable {
    /// The line of the file on which the row begins.
    public let line: Int
    /// The column, or `row`.
    public let column: String
    /// What is wrong and how to correct it.
    public let message: String

    /// Describes a fault.
    public init(line: Int, column: String, message: String) {
        self.line = line
        self.column = column
        self.message = message
    }
}

/// What one part of a file came to.
public struct ImportPart: Sendable {
    /// Which part.
    public let index: Int
    /// SHA-256 of its bytes.
    public let hash: Digest
    /// The import after it.
    public var after: RosterImport
    /// The numbers it names for the first time, with their lines.
    public var numbers: [(number: String, line: Int)] = []
    /// What it brings on record.
    public var entries: [RosterEntry] = []
    /// What is wrong with it.
    public var faults: [ImportFault] = []
}

/// Imports as they are stored; each verb is one transaction.
public protocol RosterImportStore: Sendable {
    /// Begins one.
    func begin(_ new: RosterImport, acts: [Act]) async throws
    /// One import.
    func rosterImport(_ id: ImportID) async throws -> RosterImport?
    /// Imports, the newest first.
    func rosterImports(limit: Int) async throws -> [RosterImport]
    /// The hash of a part that was taken.
    func hash(ofPart index: Int, of id: ImportID) async throws -> Digest?
    /// Which of these numbers an import has named before, with their lines.
    func numbers(_ numbers: [String], of id: ImportID) async throws -> [String: Int]
    /// Makes what a part came to ready to be stored, which is most of the work, and writes nothing.
    ///
    /// - Returns: stores it, if the import waits for this part by then.
    func prepare(_ part: ImportPart, acts: [Act]) async throws -> @Sendable () async throws -> Void
    /// Moves an import on; false if it stood elsewhere.
    func move(_ id: ImportID, from: RosterImport.State, to: RosterImport.State, acts: [Act]) async throws -> Bool
    /// The faults of an import by line, beyond a line.
    func faults(of id: ImportID, afterLine line: Int, limit: Int) async throws -> [ImportFault]
    /// The entries by which an import brought people on record, oldest first.
    func entries(of id: ImportID) async throws -> [String]
    /// The numbers of those whom such an entry brought and who were changed by somebody since.
    func changedSince(entry: String) async throws -> [String]
    /// Puts back what such an entry brought; whoever came with it goes, whoever was changed is as before.
    func putBack(entry: String, of id: ImportID, acts: [Act]) async throws
    /// Whom such an entry brought.
    func people(of entry: String) async throws -> [PersonID]
}

extension Subject.Kind {
    /// An import into the roster.
    public static let rosterImport = Subject.Kind(rawValue: "roster-import")
}
