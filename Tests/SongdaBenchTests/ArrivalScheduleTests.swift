import Testing

@testable import SongdaBench

struct ArrivalScheduleTests {
    @Test func `arrivals are spread evenly over the time`() {
        let schedule = ArrivalSchedule(rate: 40, for: 2)
        #expect(schedule.count == 80)
        #expect(schedule.due(0) == .zero)
        #expect(schedule.due(1) == .milliseconds(25))
        #expect(schedule.due(79) == .milliseconds(1_975))
    }

    @Test func `what is due by a moment does not depend on what was served`() {
        let schedule = ArrivalSchedule(rate: 40, for: 2)
        #expect(schedule.dueBy(.milliseconds(-1)) == 0)
        #expect(schedule.dueBy(.zero) == 1)
        #expect(schedule.dueBy(.milliseconds(24)) == 1)
        #expect(schedule.dueBy(.milliseconds(26)) == 2)
        #expect(schedule.dueBy(.seconds(1)) == 41)
        #expect(schedule.dueBy(.seconds(60)) == 80)
    }

    @Test(arguments: [0.3, 7.7, 433.21, 5_000])
    func `whatever is due has come when its moment has`(rate: Double) {
        let schedule = ArrivalSchedule(rate: rate, for: 20)
        for index in 0..<schedule.count {
            #expect(schedule.dueBy(schedule.due(index) + .nanoseconds(1)) > index)
            #expect(schedule.dueBy(schedule.due(index) - .microseconds(1)) <= index)
        }
    }
}
