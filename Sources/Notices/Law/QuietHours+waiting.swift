import Evidence

extension QuietHours {
    /// Whether an instant is quiet in China.
    public func contains(_ instant: Timestamp) -> Bool {
        let minute = Self.minute(of: instant)
        if fromMinute == toMinute { return false }
        return fromMinute < toMinute
            ? (fromMinute..<toMinute).contains(minute) : minute >= fromMinute || minute < toMinute
    }

    /// The instant itself, or the end of the quiet hours it falls in.
    public func nextAllowed(from instant: Timestamp) -> Timestamp {
        guard contains(instant) else { return instant }
        let day = CivilDate(inChina: instant)
        let minute = Self.minute(of: instant)
        let endsToday = minute < toMinute
        return (endsToday ? day : day.adding(days: 1)).startInChina.adding(.seconds(toMinute * 60))
    }

    private static func minute(of instant: Timestamp) -> Int {
        let start = CivilDate(inChina: instant).startInChina
        return Int((instant.microseconds - start.microseconds) / 60_000_000)
    }
}
