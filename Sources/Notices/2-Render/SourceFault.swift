/// One fault in a template or rule file, with the place where it stands.
public struct SourceFault: Error, Sendable, Hashable, CustomStringConvertible {
    /// The file's path inside its directory.
    public let file: String
    /// Line, counted from 1.
    public let line: Int
    /// Column in Unicode scalars, counted from 1.
    public let column: Int
    /// What is wrong with which text, and the cure.
    public let reason: String

    /// Names a fault.
    public init(file: String, line: Int, column: Int, reason: String) {
        self.file = file
        self.line = line
        self.column = column
        self.reason = reason
    }

    /// `file:line:column: reason`, as compilers write it.
    public var description: String { "\(file):\(line):\(column): \(reason)" }
}

/// Why a directory of templates was refused; every fault found is listed.
public struct TemplateError: Error, Sendable, Hashable, CustomStringConvertible {
    /// All faults, in the order of the files.
    public let faults: [SourceFault]

    /// Gathers faults.
    public init(faults: [SourceFault]) { self.faults = faults }

    /// One line a fault.
    public var description: String { faults.map(\.description).joined(separator: "\n") }
}
