/// What a piece of work took of the machine, for each of its units.
///
/// The clock on the wall depends on everybody else; processor time and bytes hardly do, and say more about a version.
struct Consumption {
    static let processor = "CPU µs each"
    static let bytes = "bytes written each"
    static let dirtied = "bytes dirtied each"
    static let peak = "peak RSS MiB"

    private let seconds: Double
    private let written: Int
    private let dirtied: Int

    /// Begins to measure; the peak of memory is forgotten.
    static func begin() throws -> Consumption {
        try ProcessStatus.own.forgetPeak()
        return Consumption(
            seconds: ProcessorTime.seconds, written: try ProcessStatus.own.writtenBytes,
            dirtied: try ProcessStatus.own.dirtiedBytes)
    }

    /// The facts of a leg with so many units.
    func facts(units: Int) throws -> [String: Double] {
        let units = Double(max(1, units))
        return [
            Self.processor: ((ProcessorTime.seconds - seconds) * 1e6 / units).rounded(),
            Self.bytes: (Double(try ProcessStatus.own.writtenBytes - written) / units).rounded(),
            Self.dirtied: (Double(try ProcessStatus.own.dirtiedBytes - dirtied) / units).rounded(),
            Self.peak: try ProcessStatus.own.mebibytes("VmHWM").rounded(to: 1),
        ]
    }
}
