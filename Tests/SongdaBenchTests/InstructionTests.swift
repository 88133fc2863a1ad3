import Foundation
import Testing

@testable import SongdaBench

struct InstructionTests {
    private let figures = InstructionFigures(instructions: ["release": ["here": 1_000_000]], notices: 2_000)

    @Test func `more than a twentieth above the figure is refused`() {
        #expect(figures.verdict(on: 1_000_000, build: "release", place: "here") == .same(0))
        guard case .dearer(let change) = figures.verdict(on: 1_060_000, build: "release", place: "here") else {
            Issue.record("6 % more was let through")
            return
        }
        #expect(abs(change - 0.06) < 1e-9)
    }

    @Test func `a build without a figure is not let through`() {
        #expect(figures.verdict(on: 1, build: "debug", place: "here") == .unknown)
    }

    @Test func `a figure of another processor is neither held against a count nor lost by recording`() {
        #expect(figures.verdict(on: 9_000_000, build: "release", place: "there") == .elsewhere)
        let more = figures.adding(9_000_000, build: "release", place: "there")
        #expect(more.verdict(on: 9_000_000, build: "release", place: "there") == .same(0))
        #expect(more.verdict(on: 1_000_000, build: "release", place: "here") == .same(0))
    }

    @Test func `much less asks for a new figure`() {
        guard case .cheaper = figures.verdict(on: 900_000, build: "release", place: "here") else {
            Issue.record("10 % less went unnoticed")
            return
        }
    }

    @Test func `the sum of a profile is read whichever way it is written`() {
        #expect(Callgrind.total(of: "events: Ir\nsummary: 4711\n\nfn=(1) main\n1 5\n") == 4_711)
        #expect(Callgrind.total(of: "events: Ir\nfn=(1) main\n1 5\ntotals: 99\n") == 99)
        #expect(Callgrind.total(of: "events: Ir\nsummary: 0\ntotals: 12\n") == 12)
        #expect(Callgrind.total(of: "events: Ir\n") == nil)
    }

    @Test func `figures come back from their file as they were written`() throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "figures-\(UUID().uuidString).json").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        #expect(try InstructionFigures.read(path) == nil)
        try figures.write(to: path)
        #expect(try InstructionFigures.read(path) == figures)
    }
}
