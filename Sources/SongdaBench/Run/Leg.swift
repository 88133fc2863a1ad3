import Foundation

/// What one leg of a pair did.
struct Leg: Codable, Sendable {
    /// From the first unit released to the last one counted.
    var seconds: Double
    /// How many units were counted at the far end.
    var units: Int
    /// What a reader may ask beyond that: commits, syncs, memory.
    var facts: [String: Double] = [:]
    /// Why the leg counts for nothing: what was done and what was counted differ, or durability was not there.
    var fault: String?

    /// Units a second; a leg with a fault scores 0.
    var rate: Double { fault == nil && seconds > 0 ? Double(units) / seconds : 0 }
}

/// One thing that is measured beside its baseline.
protocol Benchmark {
    /// The row of GOALS: P1.
    var id: String { get }
    /// What a unit is, for the table.
    var unit: String { get }
    /// The ratio to reach.
    var goal: Double { get }
    /// What is bounded beside the ratio; nothing unless a benchmark says so.
    var limits: [Limit] { get }
    /// What both sides did, in a sentence.
    var method: String { get }
    /// Checks by a small run, before anything is timed, that ours syncs to the disk; says how it was found out.
    func checkDurability(_ bench: Workbench) throws -> String
    /// One run of the baseline.
    func baseline(_ bench: Workbench) throws -> Leg
    /// One run of Songda, in a process of its own.
    func ours(_ bench: Workbench) throws -> Leg
}

extension Benchmark {
    var limits: [Limit] { [] }
}

/// A sentence for the person at the terminal.
struct BenchError: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}
