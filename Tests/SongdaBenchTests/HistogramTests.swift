import Testing

@testable import SongdaBench

struct HistogramTests {
    @Test func `small times are told exactly`() {
        var times = Histogram()
        for time in 1...100 { times.add(microseconds: time) }
        #expect(times.count == 100)
        #expect(times.microseconds(at: 50_000) == 50)
        #expect(times.microseconds(at: 99_000) == 99)
        #expect(times.microseconds(at: 100_000) == 100)
    }

    @Test(arguments: [128, 1_000, 49_999, 50_000, 1_234_567, 86_400_000_000])
    func `a quantile is never too small, and at most a sixtieth too large`(time: Int) {
        var times = Histogram()
        times.add(microseconds: time)
        times.add(microseconds: 100_000_000_000)
        let told = times.microseconds(at: 50_000)
        #expect(told >= time && told <= time + time / 60)
    }

    @Test func `one in a hundred does not move the p99, and two do`() {
        var times = Histogram()
        for _ in 0..<990 { times.add(microseconds: 10) }
        for _ in 0..<10 { times.add(microseconds: 5_000) }
        #expect(times.microseconds(at: 99_000) == 10)
        times.add(microseconds: 5_000)
        #expect(times.microseconds(at: 99_000) == 5_000)
    }

    @Test func `what came in time is told from what came late`() {
        var times = Histogram()
        for _ in 0..<999 { times.add(microseconds: 9_000_000) }
        times.add(microseconds: 11_000_000)
        #expect(times.share(within: 10_000_000) == 0.999)
        #expect(times.longest == 11_000_000)
        #expect(Histogram().share(within: 1) == 0)
    }

    @Test func `more than the last place can tell is the longest`() {
        var times = Histogram()
        times.add(microseconds: .max)
        times.add(microseconds: -5)
        #expect(times.microseconds(at: 50_000) == 0)
        #expect(times.longest == .max)
    }
}
