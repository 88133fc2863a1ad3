extension Array where Element: Sendable {
    /// What some work makes of slices of the array, side by side, in the order of the slices.
    ///
    /// For work that keeps a processor busy and asks nobody: a slice too short to be worth a task is not cut off.
    public func inParallel<Made: Sendable>(
        _ work: @escaping @Sendable (ArraySlice<Element>) async throws -> Made
    ) async throws -> [Made] {
        let length = Swift.max(200, (count + 7) / 8)
        guard count > length else { return isEmpty ? [] : [try await work(self[...])] }
        return try await withThrowingTaskGroup(of: (place: Int, made: Made).self) { group in
            for start in stride(from: 0, to: count, by: length) {
                let slice = self[start..<Swift.min(start + length, count)]
                group.addTask { (start, try await work(slice)) }
            }
            var all: [(place: Int, made: Made)] = []
            for try await one in group { all.append(one) }
            return all.sorted { $0.place < $1.place }.map(\.made)
        }
    }
}
