import Testing

@testable import SongdaBench

struct ReadingTests {
    @Test func `a line of the kernel's files is found by its whole name`() {
        let status = "Name:\tsongda\nVmHWM:\t   81920 kB\nVmRSS:\t   70000 kB\n"
        #expect(ProcessStatus.value(of: "VmRSS", in: status) == 70_000)
        #expect(ProcessStatus.value(of: "VmHWM", in: status) == 81_920)
        #expect(ProcessStatus.value(of: "Vm", in: status) == nil)
        let io = "read_bytes: 12\nwrite_bytes: 4096\ncancelled_write_bytes: 1\n"
        #expect(ProcessStatus.value(of: "write_bytes", in: io) == 4_096)
        #expect(ProcessStatus.value(of: "Name", in: status) == nil)
    }

    @Test func `what this process writes and holds is told`() throws {
        #expect(try ProcessStatus.own.mebibytes("VmRSS") > 1)
        #expect(try ProcessStatus.own.writtenBytes >= 0)
        #expect(throws: BenchError.self) { try ProcessStatus.own.mebibytes("VmNothing") }
    }

    @Test func `the growth of what grows evenly is told whatever disturbs single readings`() throws {
        var slope = Slope()
        #expect(slope.perUnit == nil)
        for minute in 0..<10 { slope.add(at: Double(minute), 50 + 2 * Double(minute) + (minute % 2 == 0 ? 0.5 : -0.5)) }
        let growth = try #require(slope.perUnit)
        #expect(abs(growth - 2) < 0.1)
    }

    @Test func `readings at one moment have no growth`() {
        var slope = Slope()
        slope.add(at: 1, 5)
        slope.add(at: 1, 6)
        #expect(slope.perUnit == nil)
    }

    @Test func `the last part is compared with the first, not with all`() {
        #expect(Watch.lastByFirst([100, 200, 290]) == 0.9)
        #expect(Watch.lastByFirst([100]) == nil)
        #expect(Watch.lastByFirst([0, 100]) == nil)
    }

    @Test func `a figure that must be large is not met by a small one`() {
        let small = Figure(name: "x", measured: 0.7, .atLeast, bound: 0.8, unit: "×", fault: nil)
        #expect(!small.isMet)
        #expect(Figure(name: "x", measured: 0.8, .atLeast, bound: 0.8, unit: "×", fault: nil).isMet)
        #expect(!Figure(name: "x", measured: 2, .atLeast, bound: 0.8, unit: "×", fault: "counts differ").isMet)
    }

    @Test func `what a leg does not tell is never met`() {
        let leg = Leg(seconds: 1, units: 1)
        #expect(!Figure(leg, "nothing", name: "x", bound: 5, unit: "ms").isMet)
    }
}
