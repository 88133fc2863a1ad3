import Foundation

/// The instructions of a notice as they were when somebody last agreed to them, in a file of the repository.
struct InstructionFigures: Codable, Equatable {
    /// More than so much above it fails.
    static let tolerance = 0.05

    /// By how the program was built, an optimised one doing the same with far fewer, and by where they were counted.
    var instructions: [String: [String: Int]]
    /// With how many notices they were counted.
    var notices: Int

    #if DEBUG
        static let build = "debug"
    #else
        static let build = "release"
    #endif

    /// What a count means beside the figure.
    enum Verdict: Equatable {
        /// Nobody has agreed to a figure of such a build.
        case unknown
        /// There are figures, but of other processors or libraries, which take other ways through the same work.
        case elsewhere
        /// More than is tolerated, by this share.
        case dearer(Double)
        /// So much cheaper that the figure should be written down anew.
        case cheaper(Double)
        /// About the same.
        case same(Double)
    }

    /// Compares a count of the present build, made in such a place.
    func verdict(on count: Int, build: String = Self.build, place: String) -> Verdict {
        guard let figures = instructions[build], !figures.isEmpty else { return .unknown }
        guard let agreed = figures[place], agreed > 0 else { return .elsewhere }
        let change = Double(count) / Double(agreed) - 1
        if change > Self.tolerance { return .dearer(change) }
        return change < -Self.tolerance ? .cheaper(change) : .same(change)
    }

    /// These with one more, which takes the place of that of the same build and place.
    func adding(_ count: Int, build: String = Self.build, place: String) -> InstructionFigures {
        var more = self
        more.instructions[build, default: [:]][place] = count
        return more
    }

    /// Reads them; none where there is no file.
    static func read(_ path: String) throws -> InstructionFigures? {
        guard FileManager.default.fileExists(atPath: path) else { return nil }
        return try JSONDecoder().decode(Self.self, from: Data(contentsOf: URL(fileURLWithPath: path)))
    }

    /// Writes them as a person would.
    func write(to path: String) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        try (encoder.encode(self) + Data("\n".utf8)).write(to: URL(fileURLWithPath: path))
    }
}
